"""New versions of segment definitions: the rules of the settings, and named clusters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desirelines.catalogue.words import Trait
from desirelines.run.context import Run
from desirelines.segments.naming import names_apart
from desirelines.views.features import features_in_use
from desirelines.views.members import definition_rows
from desirelines.views.models import Model
from desirelines.views.rules import rules_of


def new_definitions(
    run: Run, model: Model, traits: Mapping[str, Mapping[str, Trait]]
) -> list[dict[str, Any]]:
    """Rows of changed definitions: rules, and clusters named by what distinguishes them.

    `traits` holds the features of every segment.
    """
    of_clusters = {s: dict(traits.get(s, {})) for s in model.segment_of_cluster.values()}
    names = names_apart(of_clusters, features_in_use(run), run.settings.segments.words)
    newest = definition_rows(run, [s.run_id for s in run.ledger.ended() if s.run_id != run.run_id])
    rows = [
        {
            "segment_id": m["segment_id"],
            "kind": "cluster",
            "name": names[m["segment_id"]],
            "definition": f"cluster {m['cluster']} of model {m['model_version']}",
            "origin": m["origin"],
            "derived_from": m["derived_from"],
        }
        for m in model.rows
    ] + [
        {
            "segment_id": r.segment_id,
            "kind": "rule",
            "name": r.name,
            "definition": r.definition,
            "origin": None,
            "derived_from": [],
        }
        for r in rules_of(run)
    ]
    columns = ("name", "definition")
    changed = [
        r for r in rows if any(newest.get(r["segment_id"], {}).get(c) != r[c] for c in columns)
    ]
    return [
        r
        | {
            "version": newest.get(r["segment_id"], {}).get("version", 0) + 1,
            "alias": newest.get(r["segment_id"], {}).get("alias"),
            "run_id": run.run_id,
        }
        for r in changed
    ]

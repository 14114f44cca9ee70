"""What is known of one person now, in words a data engineer and a privacy officer can both read."""

from __future__ import annotations

from typing import Any

from pyspark.sql import functions as F

from desirelines.catalogue import FEATURES as CATALOGUE
from desirelines.errors import EmptyInputError
from desirelines.job import Job
from desirelines.linking import key_of_identifier
from desirelines.membership import segment_names
from desirelines.reading import rules_of
from desirelines.tables import FEATURES, IDENTITY_MAP, PEOPLE, SEGMENT_EVIDENCE, SEGMENT_MEMBERS, SESSIONS


def explain(job: Job, *, key: str | None, identifier: tuple[str, str] | None) -> dict[str, Any]:
    """Give segments with their reasons, features with their meaning, identifier types and the number of sessions.

    Raises:
        EmptyInputError: nobody is known by this key, or no run was published.
    """
    chain = job.ledger.published()
    if not chain:
        raise EmptyInputError("no run was published yet. Run `desirelines run` first.")
    job.run_id, job.as_of_wanted = chain[-1].run_id, chain[-1].as_of
    wanted = key or key_of_identifier(job, *(identifier or ("", "")))
    # The key is joined as data: a literal in a plan would stand in Spark's event log.
    asked = job.spark.createDataFrame([(wanted,)], "asked string")
    open_map = job.warehouse.read(IDENTITY_MAP).filter(F.col("to_run").isNull())
    found = (
        open_map.join(F.broadcast(asked), (F.col("key") == F.col("asked")) | (F.col("person_id") == F.col("asked")))
        .select("person_id")
        .distinct()
    )
    people = found.collect()
    if not people:
        raise EmptyInputError(
            "nobody is known by this key. Look at `identity_map`, or give a raw identifier with --identifier TYPE on standard input."
        )
    person = people[0]["person_id"]
    me = F.broadcast(job.spark.createDataFrame([(person,)], "person_id string"))
    identifiers = (
        open_map.join(me, "person_id")
        .select("key", "key_type", "first_seen_at", "rule")
        .orderBy("first_seen_at", "key")
        .collect()
    )
    feature_rows = (
        job.warehouse.read(FEATURES).filter(F.col("as_of") == F.lit(job.as_of)).join(me, "person_id").collect()
    )
    members = (
        job.warehouse.read(SEGMENT_MEMBERS)
        .join(me, "person_id")
        .orderBy(F.col("is_primary").desc(), "segment_id")
        .collect()
    )
    seen = job.warehouse.read(PEOPLE).join(me, "person_id").collect()
    names, rules = (
        segment_names(job, job.run_id),
        {r.segment_id: r.definition for r in rules_of(job)},
    )
    streams = [i["key"] for i in identifiers]
    sessions = (
        job.warehouse.read(SESSIONS)
        .join(F.broadcast(job.spark.createDataFrame([(s,) for s in streams], "stream_id string")), "stream_id")
        .count()
    )
    features = feature_rows[0].asDict() if feature_rows else {}
    evidence = (
        job.warehouse.read(SEGMENT_EVIDENCE).filter(F.col("run_id") == job.run_id).join(me, "person_id").collect()
    )
    nearest = [
        {
            "segment_id": r[f"{place}segment_id"],
            "name": names.get(r[f"{place}segment_id"]),
            "distance": r[f"{place}distance"],
        }
        for r in evidence
        for place in ("", "second_")
        if r[f"{place}segment_id"]
    ]
    return {
        "person_id": person,
        "as_of": str(job.as_of),
        "run_id": job.run_id,
        "first_seen_at": str(seen[0]["first_seen_at"]) if seen else None,
        "segments": [
            {"segment_id": m["segment_id"], "name": names.get(m["segment_id"]), "is_primary": m["is_primary"], "since": str(m["since_on"]),
             "because": rules.get(m["segment_id"], "nearest of the clusters by the features below")}
            for m in members
        ],
        "nearest": nearest,
        "features": {f.name: {"value": features.get(f.name), "unit": f.unit, "meaning": f.meaning if features.get(f.name) is not None else f.null_means} for f in CATALOGUE},
        "identifiers": [{"key": i["key"], "type": i["key_type"], "first_seen_at": str(i["first_seen_at"]), "rule": i["rule"]} for i in identifiers],
        "sessions_of_their_streams": sessions,
    }  # fmt: skip

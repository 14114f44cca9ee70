"""Compare clusters with the true personas of synthetic data.

Only the demo, tests and the bench read the truth; no stage does.
"""

from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.columns.keys import identifier_key, secret_pads
from desirelines.io.tables.store import Warehouse
from desirelines.tables import IDENTITY_MAP, SEGMENT_MEMBERS

BY_RULE = ("lapsed", "deal_hunter")
"""Personas that a rule defines; clusters are not expected to find them."""


def true_people(warehouse: Warehouse, truth_people: DataFrame, secret: bytes) -> DataFrame:
    """Personas of the people the pipeline found, by their login: person_id, persona."""
    keyed = truth_people.crossJoin(secret_pads(warehouse.spark, secret)).select(
        identifier_key("user", F.col("user_id")).alias("key"), "persona"
    )
    identities = warehouse.read(IDENTITY_MAP).filter(F.col("to_run").isNull())
    return identities.select("key", "person_id").join(keyed, "key").select("person_id", "persona")


def compare_with_truth(
    warehouse: Warehouse, truth_people: DataFrame, secret: bytes
) -> dict[str, Any]:
    """Give the adjusted Rand index of primary segments against personas.

    Once for everybody, and once without the personas that a rule defines. Source: Hubert and Arabie
    1985, as in scikit-learn.
    """
    from sklearn.metrics import adjusted_rand_score

    members = warehouse.read(SEGMENT_MEMBERS).filter("is_primary").select("person_id", "segment_id")
    pairs = (
        true_people(warehouse, truth_people, secret)
        .join(members, "person_id")
        .orderBy("person_id")
        .collect()
    )
    clustered = [p for p in pairs if p["persona"] not in BY_RULE]
    return {
        "people_compared": len(pairs),
        "personas": len({p["persona"] for p in pairs}),
        "clusters": len({p["segment_id"] for p in pairs}),
        "adjusted_rand_index": round(
            float(
                adjusted_rand_score([p["persona"] for p in pairs], [p["segment_id"] for p in pairs])
            ),
            4,
        ),
        "adjusted_rand_index_without_rule_personas": round(
            float(
                adjusted_rand_score(
                    [p["persona"] for p in clustered], [p["segment_id"] for p in clustered]
                )
            ),
            4,
        ),
    }

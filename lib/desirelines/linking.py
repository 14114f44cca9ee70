"""Identities by hand: what holds an identifier to its person, and taking a link apart or together again."""

from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines import settled
from desirelines.errors import EmptyInputError, SettingsError, did_you_mean
from desirelines.identifying import resolve
from desirelines.identities.cuts import RELINKED, UNLINKED, cuts_in_force
from desirelines.identities.links import rule_name, rule_number
from desirelines.job import Job
from desirelines.keys import key_of
from desirelines.tables import IDENTITY_CUTS, IDENTITY_LINKS, IDENTITY_MAP, SUPPRESSIONS


def key_of_identifier(job: Job, id_type: str, value: str) -> str:
    """The key of an identifier given by hand.

    Raises:
        SettingsError: no source has this type, or the data secret is not the warehouse's.
    """
    known = sorted({t for s in job.settings.sources for t in s.ids})
    if id_type not in known:
        raise SettingsError(
            [
                f"--identifier {id_type}: no source has this type{did_you_mean(id_type, known)}. Known: {', '.join(known)}"
            ]
        )
    settled.compare(job)  # under another secret everybody would be unknown
    return key_of(job.data_secret, id_type, value, caseless=id_type in job.settings.identity.caseless_types)


def explain_identity(job: Job, key: str) -> dict[str, Any]:
    """Give an identifier's person now and before, its links with their rule, and those that are not followed, and why.

    Raises:
        EmptyInputError: the key was never seen.
    """
    me = F.broadcast(
        job.spark.createDataFrame([(key,)], "key string")
    )  # as data: a literal would stand in the event log
    intervals = job.warehouse.read(IDENTITY_MAP).join(me, "key").orderBy("from_run").collect()
    if not intervals:
        raise EmptyInputError(
            "no identifier has this key. Look at `identity_map`, or give TYPE and value with --stdin."
        )
    rows = job.warehouse.read(IDENTITY_LINKS).join(me, "key").filter(F.col("key") != F.col("other_key"))
    links = rows.groupBy("other_key", "other_type").agg(
        rule_name(F.min(rule_number("rule"))).alias("rule"), F.min("first_at").alias("first_at"),
        F.max("last_at").alias("last_at"), F.sum("link_count").alias("events"),
        F.array_sort(F.collect_set("source")).alias("sources"),
    )  # fmt: skip
    in_force = cuts_in_force(job.warehouse.read(IDENTITY_CUTS), job.warehouse.read(SUPPRESSIONS))
    cut = _from(in_force, me).select("other_key", F.col("reason").alias("not_followed"), "is_held")
    people = job.warehouse.read(IDENTITY_MAP).filter(F.col("to_run").isNull())
    people = people.select(F.col("key").alias("other_key"), F.col("person_id").alias("person"))
    told = (
        links.join(cut, "other_key", "left")
        .join(people, "other_key", "left")
        .orderBy("first_at", "other_key")
        .collect()
    )
    newest = intervals[-1]
    return {
        "key": key,
        "type": newest["key_type"],
        "person_id": newest["person_id"],
        "rule": newest["rule"],
        "first_seen_at": str(newest["first_seen_at"]),
        "history": [{"person_id": i["person_id"], "from_run": i["from_run"], "to_run": i["to_run"], "rule": i["rule"]} for i in intervals],
        "links": [
            {"key": t["other_key"], "type": t["other_type"], "rule": t["rule"], "first_at": str(t["first_at"]), "last_at": str(t["last_at"]),
             "events": t["events"], "sources": t["sources"], "person_id": t["person"], "not_followed": t["not_followed"],
             "is_held": bool(t["is_held"])}
            for t in told
        ],
    }  # fmt: skip


def decide(job: Job, one: str, other: str, *, is_cut: bool) -> dict[str, Any]:
    """Cut a link for good, or let the rules judge it again; its component is resolved anew.

    Raises:
        SettingsError: the two are not linked, or the decision is already so.
    """
    low, high = sorted((one, other))
    pair = F.broadcast(job.spark.createDataFrame([(low, high)], "key string, other_key string"))
    linked = job.warehouse.read(IDENTITY_LINKS).join(pair, ["key", "other_key"], "left_semi")
    if low == high or linked.isEmpty():
        raise SettingsError(["these two were never seen together, so there is no link. `desirelines identity explain KEY` lists an identifier's links"])  # fmt: skip
    in_force = cuts_in_force(job.warehouse.read(IDENTITY_CUTS), job.warehouse.read(SUPPRESSIONS))
    now = [r["reason"] for r in in_force.join(pair, ["key", "other_key"]).collect()]
    if is_cut and now == [UNLINKED]:
        raise SettingsError(["this link was taken apart by hand already"])
    if not is_cut and not now:
        raise SettingsError(["this link is followed already"])
    with job.stage("unlink" if is_cut else "relink") as result:
        decision = {
            "is_cut": F.lit(is_cut), "reason": F.lit(UNLINKED if is_cut else RELINKED), "decided_at": F.lit(job.read_at),
            "from_run": F.lit(job.run_id),
        }  # fmt: skip
        job.warehouse.merge(pair.withColumns(decision), IDENTITY_CUTS)
        both = job.spark.createDataFrame([(low,), (high,)], "key string")
        resolve(job, both)
        result.rows = 1
    people = job.warehouse.read(IDENTITY_MAP).filter(F.col("to_run").isNull()).join(both, "key", "left_semi").collect()
    person = {r["key"]: r["person_id"] for r in people}
    return {
        "people": [{"key": k, "person_id": person[k]} for k in (one, other)],
        "is_one_person": len(set(person.values())) == 1,
    }


def _from(cuts: DataFrame, me: DataFrame) -> DataFrame:
    """Cuts of one identifier, seen from it: other_key, reason, is_held."""
    as_first = cuts.join(me, "key").select("other_key", "reason", "is_held")
    as_second = cuts.join(me.withColumnRenamed("key", "other_key"), "other_key")
    return as_first.unionByName(as_second.select(F.col("key").alias("other_key"), "reason", "is_held"))

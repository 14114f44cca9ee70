"""Explain an identifier's links, and cut or restore a link by hand."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.columns.keys import key_of, normal_text
from desirelines.errors import EmptyInputError, SettingsError, did_you_mean
from desirelines.identities.link_decisions import RELINKED, UNLINKED, cuts_in_force
from desirelines.identities.links import rule_name, rule_number
from desirelines.io.tables.rows import listed
from desirelines.run import warehouse_facts
from desirelines.run.context import Run
from desirelines.run.execute import Stage, StageReport, execute
from desirelines.stages.identities import resolve
from desirelines.tables import IDENTITY_CUTS, IDENTITY_LINKS, IDENTITY_MAP, SUPPRESSIONS
from desirelines.views.identities import open_identities


def key_of_identifier(run: Run, id_type: str, value: str) -> str:
    """The key of an identifier given by hand.

    Raises:
        SettingsError: no source has this type, the value is a placeholder that identifies nobody,
            or the data secret is not the warehouse's.
    """
    types = sorted({t for s in run.settings.sources for t in s.ids})
    if id_type not in types:
        suggestion = did_you_mean(id_type, types)
        raise SettingsError(
            [
                f"--identifier {id_type}: no source has this type{suggestion}. "
                f"Known: {', '.join(types)}"
            ]
        )
    identity = run.settings.identity
    caseless = id_type in identity.caseless_types
    if normal_text(value, caseless=caseless, junk=identity.junk_values) is None:
        raise SettingsError(
            [
                f"--identifier {id_type}: the value on standard input is a placeholder that "
                "identifies nobody (identity.junk_values), so it has no key. Check the identifier"
            ]
        )
    warehouse_facts.compare(run)  # under another secret everybody would be unknown
    return key_of(run.data_secret, id_type, value, caseless=caseless)


@dataclass(frozen=True, slots=True)
class Membership:
    """The person to whom an identifier belonged from one run until another."""

    person_id: str
    from_run: str
    to_run: str | None
    rule: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link of an identifier to another one.

    Attributes:
        key: the other identifier.
        type: its type.
        rule: the rule that makes the link.
        events: events that show both.
        person_id: the current person of the other identifier.
        not_followed: why the link is not followed; null if it is.
        is_held: somebody decided that by hand.
    """

    key: str
    type: str
    rule: str
    first_at: str
    last_at: str
    events: int
    sources: list[str]
    person_id: str | None
    not_followed: str | None
    is_held: bool


@dataclass(frozen=True, slots=True)
class IdentityExplanation:
    """An identifier's current and earlier persons, and its links."""

    key: str
    type: str
    person_id: str
    rule: str
    first_seen_at: str
    history: tuple[Membership, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class KeyPerson:
    """An identifier and its person."""

    key: str
    person_id: str


@dataclass(frozen=True, slots=True)
class LinkDecision:
    """The people of two identifiers after a decision about their link."""

    people: tuple[KeyPerson, ...]
    is_one_person: bool


def explain_identity(run: Run, key: str) -> IdentityExplanation:
    """Give an identifier's current and earlier persons, and its links.

    Each link has its rule and, if it is not followed, the reason.

    Raises:
        EmptyInputError: the key was never seen.
    """
    # As data: a literal would stand in the event log.
    me = F.broadcast(listed(run.spark, [key], "key"))
    intervals = run.warehouse.read(IDENTITY_MAP).join(me, "key").orderBy("from_run").collect()
    if not intervals:
        raise EmptyInputError(
            "no identifier has this key. Look at `identity_map`, or give TYPE and value with "
            "--stdin."
        )
    newest = intervals[-1]
    return IdentityExplanation(
        key,
        newest["key_type"],
        newest["person_id"],
        newest["rule"],
        first_seen_at=str(newest["first_seen_at"]),
        history=tuple(
            Membership(i["person_id"], i["from_run"], i["to_run"], i["rule"]) for i in intervals
        ),
        links=_links(run, me),
    )


def _links(run: Run, me: DataFrame) -> tuple[Link, ...]:
    """The links of an identifier, the oldest first."""
    rows = (
        run.warehouse.read(IDENTITY_LINKS)
        .join(me, "key")
        .filter(F.col("key") != F.col("other_key"))
    )
    links = rows.groupBy("other_key", "other_type").agg(
        rule_name(F.min(rule_number("rule"))).alias("rule"),
        F.min("first_at").alias("first_at"),
        F.max("last_at").alias("last_at"),
        F.sum("link_count").alias("events"),
        F.array_sort(F.collect_set("source")).alias("sources"),
    )
    in_force = cuts_in_force(run.warehouse.read(IDENTITY_CUTS), run.warehouse.read(SUPPRESSIONS))
    cut = _from(in_force, me).select("other_key", F.col("reason").alias("not_followed"), "is_held")
    people = open_identities(run).select(
        F.col("key").alias("other_key"), F.col("person_id").alias("person")
    )
    explained = links.join(cut, "other_key", "left").join(people, "other_key", "left")
    return tuple(
        Link(
            row["other_key"],
            row["other_type"],
            row["rule"],
            first_at=str(row["first_at"]),
            last_at=str(row["last_at"]),
            events=row["events"],
            sources=row["sources"],
            person_id=row["person"],
            not_followed=row["not_followed"],
            is_held=bool(row["is_held"]),
        )
        for row in explained.orderBy("first_at", "other_key").collect()
    )


def decide(run: Run, one: str, other: str, *, is_cut: bool) -> LinkDecision:
    """Cut a link for good, or return it to the rules; then resolve its component again.

    Raises:
        SettingsError: the two are not linked, or the decision was already taken.
    """
    low, high = sorted((one, other))
    pair = F.broadcast(run.spark.createDataFrame([(low, high)], "key string, other_key string"))
    linked = run.warehouse.read(IDENTITY_LINKS).join(pair, ["key", "other_key"], "left_semi")
    if low == high or linked.isEmpty():
        raise SettingsError(
            [
                "these two were never seen together, so there is no link. "
                "`desirelines identity explain KEY` lists an identifier's links"
            ]
        )
    in_force = cuts_in_force(run.warehouse.read(IDENTITY_CUTS), run.warehouse.read(SUPPRESSIONS))
    now = [r["reason"] for r in in_force.join(pair, ["key", "other_key"]).collect()]
    if is_cut and now == [UNLINKED]:
        raise SettingsError(["this link was already cut by hand"])
    if not is_cut and not now:
        raise SettingsError(["this link is already followed"])
    both = listed(run.spark, [low, high], "key")

    def decide_and_resolve(run: Run) -> StageReport:
        decision = {
            "is_cut": F.lit(is_cut),
            "reason": F.lit(UNLINKED if is_cut else RELINKED),
            "decided_at": F.lit(run.read_at),
            "from_run": F.lit(run.run_id),
        }
        run.warehouse.merge(pair.withColumns(decision), IDENTITY_CUTS)
        resolve(run, both)
        return StageReport(rows=1)

    execute(Stage("unlink" if is_cut else "relink", decide_and_resolve), run)
    people = open_identities(run).join(both, "key", "left_semi").collect()
    person = {r["key"]: r["person_id"] for r in people}
    return LinkDecision(
        tuple(KeyPerson(key, person[key]) for key in (one, other)),
        is_one_person=len(set(person.values())) == 1,
    )


def _from(cuts: DataFrame, me: DataFrame) -> DataFrame:
    """Cuts of one identifier, seen from it: other_key, reason, is_held."""
    as_first = cuts.join(me, "key").select("other_key", "reason", "is_held")
    as_second = cuts.join(me.withColumnRenamed("key", "other_key"), "other_key")
    return as_first.unionByName(
        as_second.select(F.col("key").alias("other_key"), "reason", "is_held")
    )

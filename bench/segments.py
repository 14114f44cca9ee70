"""Parts segments-20 and segments-100: rules, evidence and history against writing members alone.

A first run: every person's answers to every rule, the members, their changes and their evidence as
Delta tables. And a run in which 1 % of the people changed: how many change rows it writes.
"""

from __future__ import annotations

import itertools
import shutil
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from bench.harness import Comparison, Facts, Part, Variant
from bench.sessions import to_nowhere
from desirelines.columns.keys import bucket_of
from desirelines.frames.keep import kept, release
from desirelines.history.membership_changes import to_changes, to_members
from desirelines.io.tables.rows import empty_like
from desirelines.io.tables.store import Warehouse
from desirelines.rules.answers import is_true, to_answers
from desirelines.rules.columns import RuleInputs
from desirelines.rules.facts import asked_of, session_facts
from desirelines.segments.distance_evidence import to_evidence
from desirelines.segments.membership import to_memberships
from desirelines.settings import Settings
from desirelines.settings.rule_conditions import each_test
from desirelines.settings.segment_rules import Rule
from desirelines.tables import SEGMENT_CHANGES, SEGMENT_EVIDENCE, SEGMENT_MEMBERS

END = datetime(2026, 6, 1, tzinfo=UTC)
AS_OF = date(2026, 6, 1)
BUCKETS, CLUSTERS = 64, 10
FEATURES = ("frequency", "monetary", "order_value", "satisfaction", "discount_share")
KINDS = ("product_view", "cart_add", "purchase", "page_view")
GOALS = {20: 3.0, 100: 9.0}
"""Rules, and the goal for them against writing the members alone."""


def segments_part(rule_count: int, spark: SparkSession, size: int, out: Path) -> Part:
    """Write features and sessions of `size` people once, and name the variants."""
    folder, runs = out.resolve() / f"segments-{rule_count}-{size}", itertools.count(1)
    shutil.rmtree(folder, ignore_errors=True)
    rules, one = _rules(rule_count), _rules(2)[1:]
    people = _stored(spark, _features(spark, size), folder / "people")
    sessions = _stored(spark, _sessions(spark, size), folder / "sessions")
    assigned = _stored(spark, _assigned(people), folder / "assigned")
    memberships = _stored(
        spark, _memberships(_answers(people, sessions, rules), assigned, rules), folder / "members"
    )

    def warehouse() -> Warehouse:
        shutil.rmtree(folder / "warehouse", ignore_errors=True)
        settings = Settings.model_validate({"warehouse": {"path": str(folder / "warehouse")}})
        return Warehouse(spark, settings.warehouse)

    def members_of(changes: DataFrame, run_id: str) -> DataFrame:
        chain = spark.createDataFrame([(run_id, 1)], "run_id string, place long")
        return to_members(changes, chain, run_id=run_id)

    def members_alone() -> None:
        changes = to_changes(
            empty_like(spark, SEGMENT_MEMBERS), memberships, run_id="bench", as_of=AS_OF
        )
        warehouse().replace_all(members_of(changes, "bench"), SEGMENT_MEMBERS)

    def whole(of: tuple[Rule, ...]) -> None:
        tables, run_id = warehouse(), f"bench{next(runs)}"
        answers = kept(_answers(people, sessions, of))
        now = kept(_memberships(answers, assigned, of))
        changes = to_changes(empty_like(spark, SEGMENT_MEMBERS), now, run_id=run_id, as_of=AS_OF)
        tables.replace_run(changes, SEGMENT_CHANGES, run_id)
        changes = tables.read(SEGMENT_CHANGES).filter(F.col("run_id") == run_id)
        evidence = to_evidence(answers, assigned, _names(), run_id=run_id)
        tables.replace_run(evidence, SEGMENT_EVIDENCE, run_id)
        tables.replace_all(members_of(changes, run_id), SEGMENT_MEMBERS)
        release(now, answers)

    def facts() -> Facts:
        stored = spark.read.format("delta").load(str(folder / "warehouse" / SEGMENT_MEMBERS.name))
        row = stored.agg(
            F.count("*"),
            F.count_if("is_primary"),
            F.sum(F.xxhash64("person_id", "segment_id", "is_primary").cast("decimal(38,0)")),
        ).collect()[0]
        return Facts(rows=row[0], events=row[1], steps=0, checksum=str(row[2]))

    return Part(
        title=f"segments, {rule_count} rules",
        variants=(
            Variant("members_alone", members_alone, facts),
            Variant("rules", partial(whole, rules), facts),
            Variant("one_rule", partial(whole, one)),
            Variant("answers", lambda: to_nowhere(_answers(people, sessions, rules))),
            Variant("one_answer", lambda: to_nowhere(_answers(people, sessions, one))),
        ),
        comparisons=(
            Comparison("rules", "members_alone", GOALS[rule_count]),
            Comparison("rules", "one_rule", None),
            Comparison("answers", "one_answer", 3.0 if rule_count == 100 else None),
        ),
        events=size,
        notes=(
            f"people, not events; {memberships.count():,} memberships; members_alone writes them "
            "as they are, from Parquet",
            _second_run(people, sessions, assigned, rules, memberships),
        ),
    )


def _second_run(
    people: DataFrame,
    sessions: DataFrame,
    assigned: DataFrame,
    rules: tuple[Rule, ...],
    memberships: DataFrame,
) -> str:
    """How many change rows a run writes in which 1 % of the people order ten times as much."""
    is_changed = F.pmod(F.xxhash64("person_id", F.lit("changed")), F.lit(100)) == 0
    later = people.withColumns(
        {f: F.when(is_changed, F.col(f) * 10).otherwise(F.col(f)) for f in FEATURES}
    )
    now = _memberships(_answers(later, sessions, rules), assigned, rules)
    changes = to_changes(memberships, now, run_id="second", as_of=AS_OF).count()
    share = changes / memberships.count()
    return f"a run in which 1 % of the people changed writes {share:.2%} of the first run's changes"


def _rules(count: int) -> tuple[Rule, ...]:
    entries = [
        {"segment": f"rule_{n}", "name": f"Rule {n}", "when": _condition(n)} for n in range(count)
    ]
    return Settings.model_validate({"segments": {"rules": entries}}).rules


def _condition(number: int) -> dict[str, list[str]]:
    """Two or three conditions, of which some count the same as those of other rules."""
    feature, other = FEATURES[number % 5], FEATURES[(number + 2) % 5]
    kind, days = KINDS[number % 3], (7, 14, 30, 60, 90)[number % 5]
    compared = f"{feature} >= {1 + number % 7}"
    conditions = (
        [compared, f"{other} < {2 + number % 5}"],
        [f"at least {1 + number % 3} {kind} in {days} days", compared],
        [f"no {kind} in {days} days", f"{other} is known", compared],
        [f"{KINDS[0]} then no {kind} within 24 hours in {days} days", compared],
    )[number % 4]
    return {"any" if number % 2 else "all": conditions}


def _features(spark: SparkSession, size: int) -> DataFrame:
    def random(name: str, most: int) -> Column:
        return F.pmod(F.xxhash64("id", F.lit(name)), F.lit(most)).cast("double")

    people = spark.range(size).withColumns(
        {
            "person_id": F.sha2(F.col("id").cast("string"), 256).substr(1, 32),
            "tenure_days": random("tenure", 200) + 1,
            **{f: F.when(random(f, 5) > 0, random(f"{f} of", 12)) for f in FEATURES},
        }
    )
    return people.withColumn("bucket", bucket_of(F.col("person_id"), BUCKETS))


def _sessions(spark: SparkSession, size: int) -> DataFrame:
    """Two sessions of four steps a person, within the last 120 days."""
    kind = F.element_at(
        F.array(*map(F.lit, KINDS)),
        (F.pmod(F.xxhash64("id", "visit", "step"), F.lit(len(KINDS))) + 1).cast("int"),
    )
    steps = F.transform(F.sequence(F.lit(0), F.lit(3)), lambda step: step)
    visits = spark.range(size * 2).withColumns({"visit": F.col("id") % 2, "of": F.col("id") / 2})
    hours = F.pmod(F.xxhash64("id", F.lit("at")), F.lit(120 * 24))
    return (
        visits.withColumn("id", F.floor("of"))
        .select(
            F.sha2(F.col("id").cast("string"), 256).substr(1, 32).alias("person_id"),
            F.timestamp_micros(F.unix_micros(F.lit(END)) - hours * 3_600_000_000).alias(
                "started_at"
            ),
            "id",
            "visit",
            F.explode(steps).alias("step"),
        )
        .groupBy("person_id", "started_at")
        .agg(F.array_sort(F.collect_list(F.struct("step", kind.alias("kind")))).alias("path"))
        .select(
            "person_id",
            "started_at",
            F.col("path.kind").alias("steps"),
            F.col("path.kind").alias("step_kinds"),
            F.transform("path", lambda step: step["step"] * F.lit(60_000)).alias("step_offsets"),
            F.lit(True).alias("is_visit"),
            F.lit(0).alias("order_count"),
        )
    )


def _assigned(people: DataFrame) -> DataFrame:
    cluster = F.pmod(F.xxhash64("person_id"), F.lit(CLUSTERS)).cast("int")
    return people.select(
        "person_id",
        "bucket",
        cluster.alias("cluster"),
        F.lit(0.5).alias("distance"),
        F.pmod(cluster + 1, F.lit(CLUSTERS)).alias("second_cluster"),
        F.lit(0.7).alias("second_distance"),
    )


def _names() -> dict[int, str]:
    return {cluster: f"c-{cluster:02}" for cluster in range(CLUSTERS)}


def _answers(people: DataFrame, sessions: DataFrame, rules: tuple[Rule, ...]) -> DataFrame:
    asked = asked_of(test for rule in rules for test in each_test(rule.condition))
    for facts in session_facts(sessions, asked, end=END, as_of=AS_OF, zone="UTC"):
        people = people.join(facts, "person_id", "left")
    return to_answers(people, rules, RuleInputs(END, {}, {}, asked))


def _memberships(answers: DataFrame, assigned: DataFrame, rules: tuple[Rule, ...]) -> DataFrame:
    conditions = {rule.segment_id: is_true(number) for number, rule in enumerate(rules)}
    return to_memberships(answers, assigned, _names(), conditions, primary=())


def _stored(spark: SparkSession, rows: DataFrame, folder: Path) -> DataFrame:
    rows.write.mode("overwrite").parquet(str(folder))
    return spark.read.parquet(str(folder))

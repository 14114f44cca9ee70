"""Identifiers that were seen, and links between identifiers that were seen together."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

ALIAS, LOGIN, ORDER_EMAIL, SAME_EVENT = "alias", "login", "order_email", "same_event"
RULES = (ALIAS, LOGIN, ORDER_EMAIL, SAME_EVENT)
"""Rules by which two identifiers are linked, the strongest first."""
ITSELF = "itself"
"""Rule of an identifier's link with itself, which records that it was seen."""


def to_links(
    used: DataFrame,
    key_columns: dict[str, str],
    *,
    login_type: str,
    alias_column: str | None = None,
) -> DataFrame:
    """One row per ordered pair of identifiers of an event, and per identifier with itself.

    `key_columns` gives the column of each identifier type; `alias_column` holds another identifier
    of the login's type. Columns: key, key_type, other_key, other_type, rule (the strongest seen),
    first_at, last_at, link_count. Events are first counted by the identifiers they carry together,
    so that pairs are built from few rows; two shuffles of counts.
    """
    carried = [*key_columns.values(), *([alias_column] if alias_column else [])]
    is_order = F.col("kind") == "purchase"
    together = used.groupBy(*carried, is_order.alias("is_order")).agg(
        F.min("occurred_at").alias("first_at"),
        F.max("occurred_at").alias("last_at"),
        F.count("*").alias("link_count"),
    )
    present = [_identifier(F.col(c), t, is_alias=False) for t, c in key_columns.items()]
    if alias_column:
        present.append(_identifier(F.col(alias_column), login_type, is_alias=True))
    times = ("is_order", "first_at", "last_at", "link_count")
    lists = together.select(*times, F.array(*present).alias("ids"))
    ones = lists.select(*times, "ids", F.explode("ids").alias("one")).filter("one.key IS NOT NULL")
    pairs = ones.select(*times, "one", F.explode("ids").alias("other")).filter(
        "other.key IS NOT NULL"
    )
    pairs = pairs.filter(
        (F.col("one.key") != F.col("other.key")) | (F.col("one.type") == F.col("other.type"))
    )
    return pairs.groupBy(
        F.col("one.key").alias("key"),
        F.col("one.type").alias("key_type"),
        F.col("other.key").alias("other_key"),
        F.col("other.type").alias("other_type"),
    ).agg(
        rule_name(F.min(_rule_number(login_type))).alias("rule"),
        F.min("first_at").alias("first_at"),
        F.max("last_at").alias("last_at"),
        F.sum("link_count").alias("link_count"),
    )


def to_sightings(links: DataFrame) -> DataFrame:
    """One row per identifier: key, key_type, first_seen_at."""
    alone = links.filter(F.col("key") == F.col("other_key"))
    return alone.groupBy("key", "key_type").agg(F.min("first_at").alias("first_seen_at"))


def to_pairs(links: DataFrame) -> DataFrame:
    """One row per pair of identifiers over all batches, the smaller key first.

    Columns: key, key_type, other_key, other_type, rule_no. `links` holds each pair in one direction
    or both.
    """
    turned = links.select(
        F.col("other_key").alias("key"),
        F.col("other_type").alias("key_type"),
        F.col("key").alias("other_key"),
        F.col("key_type").alias("other_type"),
        "rule",
    )
    both = links.select(turned.columns).unionByName(turned)
    once = both.filter(F.col("key") < F.col("other_key"))
    return once.groupBy("key", "key_type", "other_key", "other_type").agg(
        F.min(rule_number("rule")).alias("rule_no")
    )


def rule_number(rule: str) -> Column:
    """Place of a rule in RULES, from 0; a smaller number is a stronger rule."""
    return (F.array_position(F.array(*(F.lit(r) for r in RULES)), F.col(rule)) - 1).cast("int")


def rule_name(number: Column) -> Column:
    """The rule at a place in RULES; `itself` for a number beyond."""
    return F.coalesce(F.get(F.array(*(F.lit(r) for r in RULES)), number), F.lit(ITSELF))


def _identifier(key: Column, id_type: str, *, is_alias: bool) -> Column:
    return F.struct(
        key.alias("key"), F.lit(id_type).alias("type"), F.lit(is_alias).alias("is_alias")
    )


def _rule_number(login_type: str) -> Column:
    def either(what: str, value: str) -> Column:
        return (F.col(f"one.{what}") == value) | (F.col(f"other.{what}") == value)

    both_logins = (F.col("one.type") == login_type) & (F.col("other.type") == login_type)
    return (
        F.when(F.col("one.key") == F.col("other.key"), F.lit(len(RULES)))
        .when(
            (F.col("one.is_alias") | F.col("other.is_alias")) & both_logins,
            F.lit(RULES.index(ALIAS)),
        )
        .when(either("type", login_type), F.lit(RULES.index(LOGIN)))
        .when(F.col("is_order") & either("type", "email"), F.lit(RULES.index(ORDER_EMAIL)))
        .otherwise(F.lit(RULES.index(SAME_EVENT)))
    )

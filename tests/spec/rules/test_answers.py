"""The answers of every node, as bits."""

from itertools import combinations

from pyspark.sql import functions as F

from desirelines.rules.answers import is_true, to_answers
from desirelines.rules.columns import RuleInputs
from desirelines.settings.rule_conditions import nodes_of
from tests.support.rules import END, rules_from
from tests.support.tables import table


def test_a_bit_is_a_node(spark):
    rules = rules_from(
        one={"all": ["order_value > 1", {"not": "satisfaction > 1"}]}, other="satisfaction is known"
    )
    people = table(spark, """
        person_id | n:bucket | d:order_value | d:satisfaction | one | other
        ann       | 1        | 2             | 0              | TTTF | T
        ben       | 2        | 2             | 2              | FTFT | T
        cat       | 3        | 2             |                | UTUU | F
        dan       | 4        |               | 2              | FUFT | T
    """)  # fmt: skip
    got = to_answers(people, rules, RuleInputs(END, {}, {}, {}))
    assert got.columns == ["person_id", "bucket", "rule_true", "rule_unknown"]
    found = {
        r["person_id"]: [
            "".join(
                "U" if unknown >> place & 1 else "T" if true >> place & 1 else "F"
                for place in range(len(list(nodes_of(rule.condition))))
            )
            for rule, true, unknown in zip(rules, r["rule_true"], r["rule_unknown"], strict=True)
        ]
        for r in got.collect()
    }
    assert found == {r["person_id"]: [r["one"], r["other"]] for r in people.collect()}
    members = got.select("person_id", is_true(0).alias("one"), is_true(1).alias("other"))
    assert {r[0]: (r[1], r[2]) for r in members.collect()} == {
        "ann": (True, True), "ben": (False, True), "cat": (False, False), "dan": (False, True),
    }  # fmt: skip


def test_what_a_rule_would_be_without_some_nodes_follows_from_the_bits(spark):
    """Every subset of six conditions of an `all`, from the bits and as a rule of its own."""
    texts = ["order_value > 0", "order_value < 5", "satisfaction > 2", "frequency >= 1",
             "frequency < 4", "monetary is known"]  # fmt: skip
    people = spark.range(200).select(
        F.col("id").cast("string").alias("person_id"),
        F.lit(0).alias("bucket"),
        *(
            F.when(F.hash("id", F.lit(name)) % 5 != 0, F.abs(F.hash(F.lit(name), "id")) % 6)
            .cast("double")
            .alias(name)
            for name in ("order_value", "satisfaction", "frequency", "monetary")
        ),
    )
    subsets = [s for size in range(1, 7) for s in combinations(range(6), size)]
    rules = rules_from(
        whole={"all": texts},
        **{f"s{n}": {"all": [texts[i] for i in subset]} for n, subset in enumerate(subsets)},
    )
    rows = to_answers(people, rules, RuleInputs(END, {}, {}, {})).collect()
    assert len(subsets) == 2**6 - 1
    for number, subset in enumerate(subsets, start=1):
        wanted = {r["person_id"] for r in rows if r["rule_true"][number] & 1}
        bits = sum(1 << (place + 1) for place in subset)
        assert {r["person_id"] for r in rows if r["rule_true"][0] & bits == bits} == wanted, subset

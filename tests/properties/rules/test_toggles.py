"""A rule without some of its conditions, from the evidence, is the rule that never had them."""

import random
from itertools import combinations

from pyspark.sql import functions as F

from desirelines.rules.answers import to_answers
from desirelines.rules.columns import RuleInputs
from desirelines.rules.toggles import node_answer, steps_of, without
from desirelines.settings.rule_conditions import AllOf, AnyOf, Leaf, Not, nodes_of
from tests.support.rules import END, rules_from

LEAVES = [
    "order_value > 1", "satisfaction > 1", "frequency >= 2", "order_value is known",
    "monetary < 2", "satisfaction <= 1",
]  # fmt: skip
RULE = {
    "all": [
        LEAVES[0],
        {"any": [LEAVES[1], {"not": LEAVES[2]}]},
        {"not": {"all": [LEAVES[3], {"any": [LEAVES[4], LEAVES[5]]}]}},
    ]
}
COLUMNS = ("order_value", "satisfaction", "frequency", "monetary")


def left_of(condition, off, numbers):
    """The condition without the leaves of these numbers, as a tree; null for nothing."""
    if isinstance(condition, Leaf):
        return None if numbers[id(condition)] in off else condition
    if isinstance(condition, Not):
        part = left_of(condition.part, off, numbers)
        return None if part is None else Not(part)
    parts = tuple(p for c in condition.parts if (p := left_of(c, off, numbers)) is not None)
    return type(condition)(parts) if parts else None


def answer(condition, person):
    """Kleene's logic in plain Python; leaves are looked up by their text."""
    if isinstance(condition, Leaf):
        value = person[condition.test.column]
        if "is known" in condition.text:
            return value is not None
        bound = condition.test.bound
        compared = {">": lambda: value > bound, ">=": lambda: value >= bound,
                    "<": lambda: value < bound, "<=": lambda: value <= bound}  # fmt: skip
        return None if value is None else compared[condition.test.operator]()
    if isinstance(condition, Not):
        inner = answer(condition.part, person)
        return None if inner is None else not inner
    assert isinstance(condition, AllOf | AnyOf)
    answers = [answer(part, person) for part in condition.parts]
    decisive = isinstance(condition, AnyOf)
    if decisive in answers:
        return decisive
    return None if None in answers else not decisive


def test_every_subset_of_six_conditions_can_be_taken_away(spark):
    draw = random.Random(8)
    people = [
        {"person_id": f"p{n}", **{c: draw.choice([None, 0.0, 1.0, 2.0, 3.0]) for c in COLUMNS}}
        for n in range(120)
    ]
    frame = spark.createDataFrame(
        [tuple(p.values()) for p in people],
        "person_id string, " + ", ".join(f"{c} double" for c in COLUMNS),
    ).withColumn("bucket", F.lit(0))
    rules = rules_from(other="frequency > 0", rule=RULE)
    place = next(n for n, rule in enumerate(rules) if rule.segment_id == "rule")
    condition = rules[place].condition
    evidence = to_answers(frame, rules, RuleInputs(END, {}, {}, {}))
    numbers = {id(node): number for number, node in enumerate(nodes_of(condition))}
    leaves = [numbers[id(node)] for node in nodes_of(condition) if isinstance(node, Leaf)]
    subsets = [set(c) for size in range(7) for c in combinations(leaves, size)]
    assert len(subsets) == 64
    columns = {
        f"_{n}": column
        for n, off in enumerate(subsets)
        if (column := without(condition, place, off)) is not None
    }
    assert len(columns) == 63  # without all six nothing is left
    rows = evidence.select("person_id", *(c.alias(name) for name, c in columns.items())).collect()
    got = {row["person_id"]: row for row in rows}
    wrong = [
        (person, sorted(off))
        for person in people
        for n, off in enumerate(subsets)
        if f"_{n}" in columns
        and got[person["person_id"]][f"_{n}"] != answer(left_of(condition, off, numbers), person)
    ]
    assert not wrong, wrong[0]


def test_steps_are_the_parts_of_an_all_or_the_rule_itself(spark):
    rules = rules_from(
        every={"all": ["frequency > 0", {"any": ["monetary > 1", "order_value > 1"]}]},
        one="frequency > 0",
    )
    assert [steps_of(rule.condition) for rule in rules] == [(1, 2), (0,)]
    frame = spark.createDataFrame(
        [("ann", 1.0, None, None), ("ben", 0.0, 5.0, 0.0)],
        "person_id string, frequency double, monetary double, order_value double",
    ).withColumn("bucket", F.lit(0))
    evidence = to_answers(frame, rules, RuleInputs(END, {}, {}, {}))
    answers = evidence.select(*(node_answer(0, number) for number in range(5))).collect()
    assert [tuple(row) for row in answers] == [
        (None, True, None, None, None),
        (False, False, True, True, False),
    ]

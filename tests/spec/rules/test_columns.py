"""Conditions as columns: true, false and unknown."""

import re
from pathlib import Path

import pytest

from desirelines.settings.rule_conditions import Percentile
from tests.support.rules import answers, rules_from
from tests.support.tables import table

ROOT = Path(__file__).parents[3]
VALUES = {"true": True, "unknown": None, "false": False}
NUMBERS = {True: 1.0, None: None, False: 0.0}
"""A feature for which `> 0` is so."""


def truth_table(word):
    """The table of docs/rules.md: pairs of values with the answer."""
    text = (ROOT / "docs" / "rules.md").read_text()
    head = re.search(rf"^\| `{word}` \|.*$", text, re.MULTILINE)
    lines = text[head.start() :].split("\n\n")[0].splitlines()
    header, _, *rows = [[c.strip() for c in line.strip().strip("|").split("|")] for line in lines]
    others = [VALUES.get(name) for name in header[1:]]
    return [
        (VALUES[row[0]], other, VALUES[cell])
        for row in rows
        for other, cell in zip(others, row[1:], strict=True)
    ]


@pytest.mark.parametrize(("word", "cells"), [("all", 9), ("any", 9), ("not", 3)])
def test_the_truth_tables_of_the_docs_hold(spark, word, cells):
    wanted = truth_table(word)
    assert len(wanted) == cells
    leaves = ["order_value > 0", "satisfaction > 0"]
    rules = rules_from(rule={word: leaves if word != "not" else leaves[0]})
    people = spark.createDataFrame(
        [(str(n), NUMBERS[one], NUMBERS[other]) for n, (one, other, _) in enumerate(wanted)],
        "person_id string, order_value double, satisfaction double",
    )
    got = answers(people, rules)
    assert [got[str(n)]["rule"] for n in range(cells)] == [answer for *_, answer in wanted]


def test_tests_of_columns(spark):
    people = table(spark, """
        person_id | d:order_value | last_order_at       | journey_stage
        ann       | 5             | 2026-01-31 00:00:00 | loyal
        ben       | 4.9           | 2026-01-30 23:59:59 | lapsed
        cat       |               |                     |
        dan       | -1            | 2026-03-02 00:00:00 | aware
    """)  # fmt: skip
    expected = table(spark, """
        rule                             | ann   | ben   | cat   | dan
        order_value >= 5                 | true  | false |       | false
        order_value != 5                 | false | true  |       | true
        order_value is unknown           | false | false | true  | false
        order_value > p50                | true  | true  |       | false
        last_order_at within 30 days     | true  | false | false | false
        last_order_at before 30 days     | false | true  | false | false
        last_order_at before 1 month     | true  | true  | false | false
        journey_stage is lapsed          | false | true  |       | false
        journey_stage is not lapsed      | true  | false |       | true
        journey_stage in [loyal or aware]| true  | false |       | true
        journey_stage is unknown         | false | false | true  | false
    """)  # fmt: skip
    wanted = {
        row["rule"].replace(" or ", " | "): {
            person: {"true": True, "false": False, None: None}[row[person]]
            for person in ("ann", "ben", "cat", "dan")
        }
        for row in expected.collect()
    }
    rules = rules_from(**{f"r{n}": text for n, text in enumerate(wanted)})
    got = answers(people, rules, percentiles={Percentile(50.0, "order_value"): 4.5})
    for n, (text, of_people) in enumerate(wanted.items()):
        assert {person: got[person][f"r{n}"] for person in got} == of_people, text


def test_a_percentile_of_nobody_is_unknown(spark):
    people = table(spark, "person_id | d:order_value\nann | 5")
    nobody = {Percentile(50.0, "order_value"): None}
    assert answers(people, rules_from(r="order_value > p50"), percentiles=nobody) == {
        "ann": {"r": None}
    }


def test_a_segment_in_a_rule_is_the_answer_of_its_rule(spark):
    people = table(spark, """
        person_id | d:order_value | expected
        ann       | 5             | true
        ben       | 1             | false
        cat       |               |
    """)  # fmt: skip
    rules = rules_from(outer={"not": {"not": "in segment inner"}}, inner="order_value > 3")
    got = answers(people, rules)
    assert {p: r["outer"] for p, r in got.items()} == {"ann": True, "ben": False, "cat": None}

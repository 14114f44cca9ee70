"""Rules are tried on the published features before a run publishes them."""

import json

import pytest
from pyspark.sql import functions as F

from desirelines import tables
from tests.support import shop
from tests.support.published import conf, configure, read, result

pytestmark = pytest.mark.integration

FILE = """
- segment: buyers
  name: Buyers
  when:
    all:
      - frequency >= 1
      - any: [order_value >= p75, at least 1 purchase in 2 days]
      - {not: in segment lapsed}
- segment: new_buyer
  name: New buyers
  when: first_order_at within 24 days
- segment: nobody
  name: Nobody
  when: satisfaction >= 9
"""


def members_of(spark, folder, segment):
    members = read(spark, folder, tables.SEGMENT_MEMBERS).filter(F.col("segment_id") == segment)
    return {row["person_id"] for row in members.collect()}


@pytest.fixture
def file(tmp_path):
    place = tmp_path / "tried.yaml"
    place.write_text(FILE)
    return place


def test_a_preview_is_what_the_next_run_publishes(spark, cli, capsys, published_shop, file):
    before = members_of(spark, published_shop, "new_buyer")
    changes = read(spark, published_shop, tables.SEGMENT_CHANGES).count()
    capsys.readouterr()
    assert cli("segment", "test", str(file), *conf(published_shop)) == 0
    buyers, new_buyer, nobody = result(capsys)
    # Nothing was written: the same changes, no open run.
    assert read(spark, published_shop, tables.SEGMENT_CHANGES).count() == changes
    assert cli("history", *conf(published_shop)) == 0
    assert [run["run_id"] for run in result(capsys)] == ["first", "second"]

    # Published with these rules: the sources have nothing new, so features are the same.
    configure(published_shop, f"segments: {{rules: [lapsed, {file}]}}")
    assert cli("run", "--conf", str(published_shop / "conf.yaml")) == 0
    for preview in (buyers, new_buyer, nobody):
        now = members_of(spark, published_shop, preview["segment_id"])
        assert preview["of_people"] == shop.PEOPLE
        assert told(len(now), shop.PEOPLE) == preview["people"], preview["segment_id"]
    entered = members_of(spark, published_shop, "new_buyer") - before
    assert new_buyer["entering"] == told(len(entered), new_buyer["people"] or 0)
    assert nobody["people"] == 0


def told(count, of):
    return None if count in range(1, 10) or of - count in range(1, 10) else count


def test_every_condition_is_counted(cli, capsys, published_shop, file):
    capsys.readouterr()
    assert cli("segment", "test", str(file), *conf(published_shop)) == 0
    buyers, _, nobody = result(capsys)
    assert [node["condition"] for node in buyers["nodes"]] == [
        "frequency >= 1 and (order_value >= p75 or at least 1 purchase in 2 days) and not (in "
        "segment lapsed)",
        "frequency >= 1",
        "order_value >= p75 or at least 1 purchase in 2 days",
        "order_value >= p75",
        "at least 1 purchase in 2 days",
        "not (in segment lapsed)",
        "in segment lapsed",
    ]
    by_text = {node["condition"]: node for node in buyers["nodes"]}
    assert by_text["frequency >= 1"] == {"condition": "frequency >= 1", "people": 20, "unknown": 0}
    # Of the forty who never ordered nobody knows what their orders are worth.
    assert by_text["order_value >= p75"] == {
        "condition": "order_value >= p75", "people": None, "unknown": 40,
    }  # fmt: skip
    assert nobody["nodes"] == [
        {"condition": "satisfaction >= 9", "people": 0, "unknown": shop.PEOPLE}
    ]


def test_one_person_is_told_node_by_node(spark, cli, capsys, published_shop, file):
    buyer = min(members_of(spark, published_shop, "new_buyer"))
    capsys.readouterr()
    assert cli("segment", "test", str(file), "--person", buyer, *conf(published_shop)) == 0
    answers = {a["condition"]: a["answer"] for a in result(capsys)}
    assert answers["frequency >= 1"] == "true"
    assert answers["in segment lapsed"] == "false"
    assert answers["satisfaction >= 9"] == "unknown"


def test_a_mistake_is_told_with_its_place(cli, capsys, published_shop, tmp_path):
    place = tmp_path / "wrong.yaml"
    place.write_text("segment: wrong\nname: Wrong\nwhen: frequncy > 1\n")
    capsys.readouterr()
    assert cli("segment", "test", str(place), *conf(published_shop)) == 2
    assert "wrong.yaml:3:7 segments.rules.3.when: there is no feature 'frequncy'" in (
        capsys.readouterr().err
    )


def test_as_text_it_says_who_would_be_in(cli, capsys, published_shop, file):
    capsys.readouterr()
    assert cli("segment", "test", str(file), "--conf", str(published_shop / "conf.yaml")) == 0
    out = capsys.readouterr().out
    assert "Buyers (buyers), as of" in out
    assert "of 60 people:" in out
    with pytest.raises(json.JSONDecodeError):
        json.loads(out)

"""Why somebody is in a rule segment or not."""

import pytest

from desirelines import tables
from tests.support.published import conf, configure, read, result

pytestmark = pytest.mark.integration


def somebody(spark, folder, condition):
    features = read(spark, folder, tables.FEATURES)
    newest = features.agg({"as_of": "max"}).collect()[0][0]
    people = features.filter(features["as_of"] == newest).filter(condition)
    return people.orderBy("person_id").first()["person_id"]


def reason(cli, capsys, folder, person, segment):
    capsys.readouterr()
    assert cli("why", person, "--segment", segment, *conf(folder)) == 0
    return result(capsys)


def test_a_member_and_somebody_else_are_told_why(spark, cli, capsys, published_shop):
    buyer = somebody(spark, published_shop, "frequency > 0")
    browser = somebody(spark, published_shop, "frequency = 0")
    known = reason(cli, capsys, published_shop, buyer, "new_buyer")
    assert known["is_member"]
    (condition,) = known["conditions"]
    assert (condition["condition"], condition["answer"]) == (
        "first_order_at within 30 days", "true",
    )  # fmt: skip
    assert condition["value"].startswith("2026-01-")
    assert known["change"] == ["first_order_at within 30 days: true now, false needed"]

    other = reason(cli, capsys, published_shop, browser, "lapsed")
    assert not other["is_member"]
    assert {c["condition"]: (c["answer"], c["value"]) for c in other["conditions"]} == {
        "last_order_at before 6 months": ("false", None),
        "lifetime_orders >= 2": ("false", "0"),
        "active_weeks >= 2": ("true", "5"),
    }
    # Two active weeks are there: the last order alone would have to be different.
    assert other["change"] == ["last_order_at before 6 months: false now, true needed"]
    assert cli("why", browser, "--segment", "lapsd", *conf(published_shop)) == 2
    assert "did you mean 'lapsed'?" in capsys.readouterr().err


def test_of_a_rule_that_was_edited_since_the_answers_of_then_are_told(
    spark, cli, capsys, published_shop
):
    buyer = somebody(spark, published_shop, "frequency > 0")
    configure(published_shop, "segments: {new_buyer_days: 5}")
    known = reason(cli, capsys, published_shop, buyer, "new_buyer")
    assert known["conditions"] == [
        {"condition": "first_order_at within 30 days", "answer": "true", "value": None}
    ]
    assert known["change"] == []


def test_as_text_it_is_a_table_and_a_sentence(spark, cli, capsys, published_shop):
    browser = somebody(spark, published_shop, "frequency = 0")
    capsys.readouterr()
    file = str(published_shop / "conf.yaml")
    assert cli("why", browser, "--segment", "new_buyer", "--conf", file) == 0
    out = capsys.readouterr().out
    assert out.startswith("not in New buyers (new_buyer)\n")
    assert "in if: first_order_at within 30 days: false now, true needed" in out

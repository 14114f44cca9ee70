"""Two runs compared, with a cause for every change."""

import pytest

from desirelines import tables
from tests.support.published import conf, read, result

RULES = """
segments:
  rules:
    - {{segment: often, name: Often there, when: active_days >= {least}}}
    - {{segment: upper, name: Upper half, when: active_days > p50}}
"""


def with_rules(folder, least):
    file = folder / "rules.yaml"
    file.write_text(RULES.format(least=least))
    return ("--conf", str(folder / "conf.yaml"), "--conf", str(file), "--format", "json")


@pytest.mark.integration
def test_an_edited_rule_is_the_cause_of_who_left_by_it(spark, first_shop, cli, capsys):
    for run_id, least in (("loose", 5), ("strict", 9)):
        assert cli("run", "--run-id", run_id, *with_rules(first_shop, least)) == 0
    changes = read(spark, first_shop, tables.SEGMENT_CHANGES).filter("run_id = 'strict'")
    left = changes.filter("segment_id = 'often' AND change = 'left'").count()
    assert left >= 10
    capsys.readouterr()
    assert cli("diff", "loose", "strict", *conf(first_shop)) == 0
    found = result(capsys)
    assert found["causes"] == [
        {"segment_id": "often", "name": "Often there", "change": "left", "cause": "rule_edit",
         "people": left}
    ]  # fmt: skip
    stayed = {(m["from_segment_id"], m["people"]) for m in found["migrations"]}
    assert len(found["migrations"]) == 3
    assert stayed == {(m["to_segment_id"], m["people"]) for m in found["migrations"]}
    assert (found["psi"], found["ari"], found["features"]) == (None, None, [])  # sixty people


def test_runs_must_have_ended_and_stand_in_order(published_shop, cli, capsys):
    assert cli("diff", "second", "first", *conf(published_shop)) == 2
    assert "give the earlier run first: first ended before second" in capsys.readouterr().err
    assert cli("diff", "first", "secnd", *conf(published_shop)) == 2
    assert "no run 'secnd' has ended (did you mean 'second'?)" in capsys.readouterr().err

"""The rules of a batch: what decides the fates of its rows, and nothing else."""

import pytest

from desirelines.settings import Settings
from desirelines.settings.rules import Rules
from tests.support.sources import source


def rules(of=None, rates=None, **parts):
    return Rules.of(of or source(), Settings.model_validate(parts), rates)


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (rules(source(path="elsewhere")), True),  # an address decides nothing
        (rules(clusters={"k": 4}), True),
        (rules(source(ids={"cookie": {"column": "c", "keep_value": True}, "user": "u"})), True),
        (rules(ingest={"late_days": 3}), False),
        (rules(identity={"junk_values": []}), False),
        (rules(site={"currency": "USD"}), False),
        (rules(rates="0" * 32), False),
        (rules(source(stream=["user"])), False),
    ],
)
def test_batches_have_equal_rules_where_what_decides_is_equal(other, is_same):
    plain = rules()
    assert (other.text == plain.text, other.digest == plain.digest) == (is_same, is_same)


def test_rules_judge_a_batch_as_they_did_whatever_the_settings_say_now():
    stored = Rules.model_validate_json(rules(ingest={"late_days": 3}).text)
    now = Settings.model_validate({"ingest": {"late_days": 9}, "clusters": {"k": 4}})
    assert (stored.settings_for(now).ingest.late_days, stored.settings_for(now).clusters.k) == (
        3,
        4,
    )
    moved = source(path="elsewhere", stream=["user"])
    mapping = stored.mapping_for(moved)
    assert (mapping.path, mapping.stream) == ("elsewhere", source().stream)

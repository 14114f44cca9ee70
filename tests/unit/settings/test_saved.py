"""Settings survive a run: saved as JSON, read again beside other places and secrets."""

import json
from pathlib import Path

import pytest

from desirelines.settings import read_settings
from desirelines.settings.model import hash_of
from desirelines.settings.saved import from_saved, to_saved

ROOT = Path(__file__).parents[3]
MAPPING = """
name: clicks
format: csv
path: {path}
stream: [cookie]
columns: {{occurred_at: ts, event_name: action, event_id: id, amount: {{sql: "row.price * 2"}}}}
ids: {{cookie: visitor}}
kinds: {{paid: purchase}}
"""


def read_again(then, now):
    return from_saved(to_saved(then), now, config_hash=then.hash)


@pytest.fixture
def configured(tmp_path):
    """Settings of a folder with a source, and with further words of `--set`."""

    def read(place, *sets):
        (tmp_path / "clicks.yaml").write_text(MAPPING.format(path=place))
        conf = tmp_path / "conf.yaml"
        conf.write_text(f"sources: [clicks.yaml]\nwarehouse: {{path: {place}, buckets: 8}}\n")
        return read_settings([conf], sets)

    return read


def test_saved_settings_are_those_of_the_run_in_the_places_of_today(configured):
    then = configured("old", "clusters.k=5", "segments.rules=[lapsed]")
    now = configured("new", "clusters.k=3", "spark.shuffle_partitions=3")
    again = read_again(then, now)
    assert again.hash == then.hash != now.hash
    assert (again.warehouse.path, again.sources[0].path) == ("new", "new")
    assert (again.spark.shuffle_partitions, again.clusters.k) == (3, 5)
    assert again.rules == then.rules


def test_the_shipped_settings_survive():
    shipped = read_settings([ROOT / "conf" / "base.yaml"])
    assert read_again(shipped, read_settings()).hash == shipped.hash


def test_a_source_that_is_not_configured_any_more_is_read_all_the_same(configured):
    then = configured("old")
    assert read_again(then, read_settings()).hash == then.hash


def test_no_place_and_no_password_is_saved(configured):
    then = configured("old/secret-place", "tracking.tracking_uri=https://ann:word@mlflow.example")
    assert "secret-place" not in to_saved(then)
    assert "word@" not in to_saved(then)
    assert read_again(then, then).hash == then.hash
    assert read_again(then, read_settings()) is None  # the address is part of the hash


def test_a_setting_that_is_new_since_has_its_default():
    content = json.loads(to_saved(read_settings(sets=["clusters.k=4"])))
    del content["evidence"]
    again = from_saved(json.dumps(content), read_settings(), config_hash=hash_of(content))
    assert (again.clusters.k, again.evidence.keep_runs) == (4, 3)


def test_settings_that_are_gone_or_were_changed_cannot_be_read():
    content = json.loads(to_saved(read_settings())) | {"gone": {"key": 1}}
    saved = json.dumps(content)
    assert from_saved(saved, read_settings(), config_hash=hash_of(content)) is None
    assert from_saved(saved, read_settings(), config_hash=read_settings().hash) is None

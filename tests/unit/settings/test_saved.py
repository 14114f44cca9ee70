"""Settings survive a run: saved as JSON, read again beside other places and secrets."""

import json
from pathlib import Path

import pytest

from desirelines.settings import read_settings
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
    again = from_saved(to_saved(then), now)
    assert again.hash == then.hash != now.hash
    assert (again.warehouse.path, again.sources[0].path) == ("new", "new")
    assert (again.spark.shuffle_partitions, again.clusters.k) == (3, 5)
    assert again.rules == then.rules


def test_the_shipped_settings_survive():
    shipped = read_settings([ROOT / "conf" / "base.yaml"])
    assert from_saved(to_saved(shipped), read_settings()).hash == shipped.hash


def test_a_source_that_is_not_configured_any_more_is_read_all_the_same(configured):
    then = configured("old")
    assert from_saved(to_saved(then), read_settings()).hash == then.hash


def test_no_place_and_no_password_is_saved(configured):
    then = configured("old/secret-place", "tracking.tracking_uri=https://ann:word@mlflow.example")
    saved = to_saved(then)
    assert "secret" not in saved
    assert "word@" not in saved
    assert from_saved(saved, then).hash == then.hash


def test_settings_of_another_form_cannot_be_read():
    saved = json.loads(to_saved(read_settings())) | {"gone": {"key": 1}}
    assert from_saved(json.dumps(saved), read_settings()) is None

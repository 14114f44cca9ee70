"""The demo, as far as it needs no Spark: where everything goes, and what is said of the truth."""

from pathlib import Path

from desirelines.cli.demo import _PLACES, _recovered
from desirelines.run.options import RunOptions, settings_of

CONF = Path(__file__).parents[3] / "conf" / "demo.yaml"


def test_everything_is_written_below_one_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DESIRELINES_WORLD", str(tmp_path / "world"))
    places = tuple(f"{key}={tmp_path / place}" for key, place in _PLACES.items())
    settings = settings_of(RunOptions((CONF,), places))
    written = [
        settings.warehouse.path, settings.report.path, settings.secrets.data_file,
        settings.secrets.suppression_file, *(source.path for source in settings.sources),
    ]  # fmt: skip
    assert [path for path in written if not str(path).startswith(str(tmp_path))] == []


def test_what_was_planted_is_compared_in_a_sentence():
    truth = {
        "clusters": 7, "personas": 9, "adjusted_rand_index": 0.8765,
        "adjusted_rand_index_without_rule_personas": 0.9,
    }  # fmt: skip
    assert _recovered(truth) == (
        "Compared with the planted truth: 7 clusters for 9 personas, adjusted Rand index 0.88 "
        "(1 is perfect, 0 is chance); 0.90 without the personas that a rule defines."
    )

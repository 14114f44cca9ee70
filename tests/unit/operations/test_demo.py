"""The demo, as far as it needs no Spark: what it writes where, and which folder it replaces."""

import pytest

from desirelines.cli.commands.demo import recovered
from desirelines.errors import SettingsError
from desirelines.operations.demo import SMALL, WHOLE, begin_demo
from desirelines.operations.init_project import begin
from desirelines.run.options import RunOptions, settings_of


@pytest.mark.parametrize(("size", "sources"), [(SMALL, 2), (WHOLE, 4)])
def test_everything_is_written_below_one_folder(tmp_path, size, sources):
    settings = settings_of(RunOptions((begin_demo(tmp_path / "demo", size),)))
    written = [
        settings.warehouse.path, settings.report.path, settings.secrets.data_file,
        settings.secrets.suppression_file, settings.erasure.inbox,
        *(source.path for source in settings.sources),
    ]  # fmt: skip
    assert len(written) == 5 + sources
    assert [path for path in written if not str(path).startswith(f"{tmp_path}/demo/")] == []


def test_the_whole_demo_has_the_settings_of_any_run_and_the_small_one_a_given_k(tmp_path):
    small, whole = (
        settings_of(RunOptions((begin_demo(tmp_path / "demo", size),))) for size in (SMALL, WHOLE)
    )
    assert (whole.clusters.k, whole.tracking.enabled) == (None, True)
    assert (small.clusters.k, small.tracking.enabled) == (7, False)


def test_an_earlier_demo_is_replaced_and_nothing_else(tmp_path):
    begin_demo(tmp_path / "demo", SMALL)
    first = (tmp_path / "demo" / "secrets" / "data").read_bytes()
    begin_demo(tmp_path / "demo", SMALL)
    assert (tmp_path / "demo" / "secrets" / "data").read_bytes() != first
    letter = tmp_path / "demo" / "letter.txt"
    letter.write_text("of mine")
    with pytest.raises(SettingsError, match="holds something else than a demo"):
        begin_demo(tmp_path / "demo", SMALL)
    assert letter.read_text() == "of mine"


def test_a_project_of_somebody_s_own_is_never_replaced(tmp_path):
    begin(tmp_path / "shop")
    secret = (tmp_path / "shop" / "secrets" / "data.secret").read_bytes()
    with pytest.raises(SettingsError, match="holds something else than a demo"):
        begin_demo(tmp_path / "shop", SMALL)
    assert (tmp_path / "shop" / "secrets" / "data.secret").read_bytes() == secret


def test_what_was_planted_is_compared_in_a_sentence():
    truth = {
        "clusters": 7, "personas": 9, "adjusted_rand_index": 0.8765,
        "adjusted_rand_index_without_rule_personas": 0.9,
    }  # fmt: skip
    assert recovered(truth) == (
        "Compared with the planted truth: 7 clusters for 9 personas, adjusted Rand index 0.88 "
        "(1 is perfect, 0 is chance); 0.90 without the personas that a rule defines."
    )

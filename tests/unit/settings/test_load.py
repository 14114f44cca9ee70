"""Settings out of files: which win, where mistakes are, what comes from the environment."""

from pathlib import Path

from desirelines.settings import read_settings
from tests.support.configurations import SOURCE, mistakes, written


def test_four_mistakes_are_four_lines_each_with_file_line_key_and_the_near_word(tmp_path):
    file = written(
        tmp_path,
        "site:\n  time_zone: Mars/Base\nsessions:\n  gap_minutes: 0\nclusters:\n  k: one\n"
        "  algoritm: kmeans\n",
    )
    assert mistakes(file) == (
        f"{file}:2 site.time_zone: unknown IANA time zone 'Mars/Base'",
        f"{file}:4 sessions.gap_minutes: input should be greater than 0, not 0",
        f"{file}:6 clusters.k: input should be a valid integer, "
        "unable to parse string as an integer, not 'one'",
        f"{file}:7 clusters.algoritm: no such setting (did you mean 'algorithm'?)",
    )


def test_later_files_win_over_earlier_ones_and_set_wins_over_files(tmp_path):
    base = written(tmp_path, "clusters: {k_min: 3, k_max: 5}\nsite: {currency: USD}\n", "base.yaml")
    over = written(tmp_path, "clusters: {k_max: 6}\n", "over.yaml")
    settings = read_settings([base, over], ["clusters.k_max=7"])
    assert (settings.clusters.k_min, settings.clusters.k_max, settings.site.currency) == (
        3,
        7,
        "USD",
    )


def test_a_mapping_file_is_read_beside_the_file_that_names_it_and_its_mistakes_point_at_it(
    tmp_path,
):
    (tmp_path / "sources").mkdir()
    mapping = written(tmp_path,
                      "name: shop\nformat: csv\npath: x\nstream: [cooky]\n"
                      "columns: {occurred_at: t, event_name: e}\nids: {cookie: c}\n",
                      "sources/shop.yaml")  # fmt: skip
    file = written(tmp_path, "sources: [sources/shop.yaml]\n")
    (mistake,) = mistakes(file)
    assert mistake.startswith(
        f"{file}:1 sources.0: stream names ['cooky']; name types that `ids` maps: ['cookie']"
    )
    mapping.write_text(
        mapping.read_text().replace("[cooky]", "[cookie]").replace("occurred_at: t,", "")
    )
    assert mistakes(file) == (f"{mapping}:5 sources.0.columns.occurred_at: is missing",)


def test_variables_come_from_the_environment_and_a_missing_one_is_a_mistake(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP", "/data")
    file = written(tmp_path, SOURCE.replace("shop.csv", "${SHOP}/shop.csv"))
    assert read_settings([file]).sources[0].path == "/data/shop.csv"
    file = written(tmp_path, "warehouse: {path: '${NOT_THERE}'}\n")
    assert "the environment variable NOT_THERE is not set" in mistakes(file)[0]
    file = written(tmp_path, "warehouse: {path: '${NOT_THERE:-here}'}\n")
    assert read_settings([file]).warehouse.path == "here"


def test_a_file_that_is_not_there():
    assert "cannot be read (No such file or directory)" in mistakes(Path("/nowhere/x.yaml"))[0]

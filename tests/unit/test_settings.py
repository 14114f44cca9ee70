from pathlib import Path

import pytest

from desirelines.errors import SettingsError
from desirelines.settings import Settings, read_settings

SOURCE = """
sources:
  - name: shop
    format: csv
    path: shop.csv
    stream: [cookie]
    columns: {occurred_at: t, event_name: e}
    ids: {cookie: c}
"""


def written(tmp_path, text, name="conf.yaml"):
    file = tmp_path / name
    file.write_text(text)
    return file


def mistakes(*files, sets=()):
    with pytest.raises(SettingsError) as raised:
        read_settings(files, sets)
    return raised.value.mistakes


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


def test_set_reaches_into_lists(tmp_path):
    settings = read_settings([written(tmp_path, SOURCE)], ["sources.0.path=other.csv"])
    assert settings.sources[0].path == "other.csv"


@pytest.mark.parametrize(
    ("sets", "message"),
    [
        (["clusters.k"], "write it as --set key.key=value"),
        (["sources.3.path=x"], "has 1 entries"),
        (["sesions.gap_minutes=3"], "did you mean 'sessions'?"),
        (["clusters.k_min=9", "clusters.k_max=4"], "k_min (9) is above k_max (4)"),
        (["sources.0.kinds.buy=purchas"], "kinds has ['purchas']"),
        (["sources.0.table=a.b"], "give exactly one of path, table"),
        (["warehouse.catalog=main"], "catalog and schema go together"),
        (
            ["sources.0.columns.amount={column: a, value: b}"],
            "exactly one of column, value, product, sql",
        ),
        (["sources.0.ordered=true", "sources.0.format=delta"], "goes with csv and json"),
    ],
)
def test_a_wrong_assignment_says_what_is_wrong(tmp_path, sets, message):
    assert message in " ".join(mistakes(written(tmp_path, SOURCE), sets=sets))


def test_variables_come_from_the_environment_and_a_missing_one_is_a_mistake(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP", "/data")
    file = written(tmp_path, SOURCE.replace("shop.csv", "${SHOP}/shop.csv"))
    assert read_settings([file]).sources[0].path == "/data/shop.csv"
    file = written(tmp_path, "warehouse: {path: '${NOT_THERE}'}\n")
    assert "the environment variable NOT_THERE is not set" in mistakes(file)[0]
    file = written(tmp_path, "warehouse: {path: '${NOT_THERE:-here}'}\n")
    assert read_settings([file]).warehouse.path == "here"


@pytest.mark.parametrize(
    ("text", "message"),
    [("a: [1\n", "not valid YAML"), ("- a\n", "a configuration is a mapping"),
     ("site: {}\nsite: {}\n", "site is given twice (first on line 1)")],
)  # fmt: skip
def test_a_file_that_is_no_configuration(tmp_path, text, message):
    assert message in mistakes(written(tmp_path, text))[0]


def test_a_file_that_is_not_there():
    assert "cannot be read (No such file or directory)" in mistakes(Path("/nowhere/x.yaml"))[0]


def test_the_hash_tells_settings_that_change_tables_from_settings_that_do_not():
    plain = Settings().hash
    assert read_settings([], ["clusters.k=5"]).hash != plain
    assert (
        read_settings(
            [], ["warehouse.path=elsewhere", "spark.shuffle_partitions=3", "report.path=x.html"]
        ).hash
        == plain
    )

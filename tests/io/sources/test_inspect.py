"""What lies at a source and what its mapping names is looked at before anything is read."""

from desirelines.io.sources.inspect import look_at, with_whole_names
from tests.support.attempts import attempt, published
from tests.support.sources import source


def test_no_such_path(cli, capsys, small_shop):
    code, output = attempt(cli, capsys, small_shop, "--set", "sources.0.path=/nowhere/at/all")
    assert (code, published(small_shop)) == (2, False)
    assert "source 'shop': there is nothing at /nowhere/at/all. Fix `path`" in output
    assert not (small_shop / "warehouse" / "events").exists()


def test_a_mapping_that_names_a_column_that_is_not_there(cli, capsys, small_shop):
    code, output = attempt(cli, capsys, small_shop, "--set", "sources.0.columns.category=categry")
    assert code == 2
    assert "'categry' (did you mean 'category'?)" in output
    assert "It has: id, at, cookie" in output
    assert not (small_shop / "warehouse" / "events").exists()


def test_files_of_another_format_than_the_mapping_says(cli, capsys, small_shop):
    code, output = attempt(cli, capsys, small_shop, "--set", "sources.0.format=parquet")
    assert code == 2
    assert "cannot be read as parquet: its files are of another format, or broken" in output
    assert "(such as first.csv). Fix `format`" in output
    assert not (small_shop / "warehouse" / "events").exists()


def test_a_name_with_a_dot_that_a_column_has_whole_is_that_column(spark, tmp_path):
    (tmp_path / "a.csv").write_text("t,e,id,paid,c,user.id\n1,2,3,4,5,6\n")
    of = source(format="csv", path=str(tmp_path), ids={"cookie": "c", "user": "user.id"})
    found = look_at(spark, of)
    assert found.absent == []
    assert with_whole_names(of, found.columns).ids["user"].column == "`user.id`"
    assert with_whole_names(of, ["t", "user"]) is of


def test_a_pattern_fits_at_any_depth(spark, tmp_path):
    (tmp_path / "2024" / "07").mkdir(parents=True)
    (tmp_path / "2024" / "07" / "a.csv").write_text("t,e,id,paid,c,u\n1,2,3,4,5,6\n")
    for path in (tmp_path / "*" / "*", tmp_path / "*" / "*" / "*", tmp_path):
        found = look_at(spark, source(format="csv", path=str(path)))
        assert (found.columns[0], found.absent) == ("t", [])

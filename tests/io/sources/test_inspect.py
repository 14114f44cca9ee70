"""What lies at a source and what its mapping names is looked at before anything is read."""

from tests.support.attempts import attempt, published


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
    assert "cannot be read as parquet: its files are of another format, or broken. Fix" in output
    assert not (small_shop / "warehouse" / "events").exists()

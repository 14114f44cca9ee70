"""Files whose names Spark would take for something else are told by name."""

import pytest

from desirelines.errors import SourceError
from desirelines.io.sources.file_names import check_names


@pytest.mark.parametrize(
    "name", ["clicks-2024-07-01T12:00:00.csv", "x[1].csv", "x{1}.csv", "a\\b.csv", "dt=12:00/a.csv"]
)
def test_a_name_with_a_sign_of_patterns_or_addresses(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("x")
    with pytest.raises(SourceError, match=r"source 'a': .* Rename them") as refused:
        check_names(str(tmp_path), "source 'a'")
    assert name.split("/")[0] in str(refused.value)


def test_a_folder_with_such_a_name(tmp_path):
    folder = tmp_path / "my files [2024]"
    folder.mkdir()
    with pytest.raises(SourceError, match=r"my files \[2024\]"):
        check_names(str(folder), "source 'a'")


def test_other_names_hidden_files_patterns_and_stores_are_left_alone(tmp_path):
    for name in ("a b.csv", "a%20b.csv", "ü,#.csv", "a*?.csv", ".x[1].crc", "_x:y"):
        (tmp_path / name).write_text("x")
    check_names(str(tmp_path), "source 'a'")
    check_names(str(tmp_path / "*[ab].csv"), "source 'a'")
    check_names("s3://bucket/x[1]", "source 'a'")
    check_names(None, "source 'a'")


def test_of_many_names_three_are_shown(tmp_path):
    for n in range(5):
        (tmp_path / f"{n}:00.csv").write_text("x")
    with pytest.raises(SourceError, match=r"0:00.csv, 1:00.csv, 2:00.csv and 2 more: "):
        check_names(str(tmp_path), "source 'a'")

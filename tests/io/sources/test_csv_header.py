"""The columns of CSV files, whatever their layout."""

import pytest

from desirelines.io.sources.csv_header import layout_of
from desirelines.io.sources.mixed_files import read_files
from desirelines.io.sources.readers import read_schema, static_schema
from tests.support.sources import source

ROWS = "id,name\n1,Jörg\n2,Zoë\n"


@pytest.mark.parametrize(
    ("content", "layout", "second_row"),
    [
        (ROWS.encode(), {}, ("2", "Zoë")),
        (ROWS.encode("latin1"), {"encoding": "latin1"}, ("2", "Zoë")),
        (ROWS.replace("Zoë", "5 €").encode("cp1252"), {"encoding": "cp1252"}, ("2", "5 €")),
        (ROWS.encode("utf-16"), {"encoding": "utf-16"}, ("2", "Zoë")),
        (ROWS.replace(",", "\t").encode(), {"delimiter": "tab"}, ("2", "Zoë")),
        (ROWS.replace(",", "||").encode(), {"delimiter": "||"}, ("2", "Zoë")),
        (ROWS.replace("Zoë", "'a,b'").encode(), {"quote": "'"}, ("2", "a,b")),
        (ROWS.replace("Zoë", '"a').encode(), {"quote": "none"}, ("2", '"a')),
        (ROWS.replace("Zoë", r'"a \"b\""').encode(), {"escape": "\\"}, ("2", 'a "b"')),
    ],
)
def test_a_file_is_read_by_its_layout(spark, tmp_path, content, layout, second_row):
    (tmp_path / "a.csv").write_bytes(content)
    of = source(format="csv", path=str(tmp_path), **layout)
    schema = read_schema(spark, of)
    assert static_schema(spark, of).fieldNames() == ["id", "name"]
    rows = read_files(spark, of, [str(tmp_path / "a.csv")], schema, str(tmp_path)).collect()
    assert (rows[1]["id"], rows[1]["name"]) == second_row


def test_a_tab_is_one_sign_for_the_reader():
    layout = layout_of(source(format="csv", delimiter="tab", quote="none"))
    assert (layout["sep"], layout["quote"]) == ("\t", "")

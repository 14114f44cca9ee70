"""A stray quote that makes several rows one is found; a text of several lines is left alone."""

import pytest
from pyspark.sql import functions as F

from desirelines.io.sources.mixed_files import read_files
from desirelines.io.sources.readers import as_raw, read_schema
from tests.support.sources import source


@pytest.mark.parametrize(
    ("changes", "delimiter", "read"),
    [
        # Rows in changes replace rows e1 to e7; read gives the ids of rows that can be used.
        ({}, ",", "e1 e2 e3 e4 e5 e6 e7"),
        ({3: 'e3,v,"u3'}, ",", "e1 e2"),
        ({3: 'e3;v;"u3'}, ";", "e1 e2"),
        ({7: 'e7,v,"u7'}, ",", "e1 e2 e3 e4 e5 e6 e7"),  # the file ends in it: nothing is lost
        ({3: 'e3,"v,u3'}, ",", "e1 e2"),
        ({3: '"e3,v,u3'}, ",", "e1 e2"),
        ({3: 'e3,"v,u3', 6: 'e6,"v,u6'}, ",", "e1 e2 e7"),
        ({3: 'e3,"v,u3', 4: 'e4,"v,u4'}, ",", "e1 e2 e5 e6 e7"),
        ({3: 'e3,"v,u3', 6: 'e6,v",u6'}, ",", "e1 e2 e7"),
        ({3: 'e3,v,"u3', 6: 'e6,v,"u6'}, ",", "e1 e2 e7"),
        ({3: 'e3,v,"u3', 6: 'e6,v,u6"'}, ",", "e1 e2 e7"),
        ({3: '"e3,v,u3', 6: '"e6,v,u6'}, ",", "e1 e2 e7"),
        ({3: 'e3,"v\nw","u3 ""x"" y"'}, ",", "e1 e2 e3 e4 e5 e6 e7"),
        ({3: 'e3,v,"u3\n"'}, ",", "e1 e2 e3 e4 e5 e6 e7"),
        ({7: 'e7,v,"u7\n'}, ",", "e1 e2 e3 e4 e5 e6 e7"),
        ({3: 'e3,v,"u3', 7: "e7,v,u7\n"}, ",", "e1 e2"),
        ({3: 'e3,"one, two\nthree",u3'}, ",", "e1 e2 e3 e4 e5 e6 e7"),
    ],
)
def test_swallowed_rows_are_broken(spark, tmp_path, changes, delimiter, read):
    lines = [changes.get(n, delimiter.join((f"e{n}", "v", f"u{n}"))) for n in range(1, 8)]
    (tmp_path / "a.csv").write_text(delimiter.join(("id", "e", "c")) + "\n" + "\n".join(lines))
    of = source(format="csv", path=str(tmp_path), delimiter=delimiter)
    rows = read_files(spark, of, [str(tmp_path / "a.csv")], read_schema(spark, of), str(tmp_path))
    raw = as_raw(rows, of, F.lit("a.csv"), F.lit(None).cast("long"))
    got = raw.filter("NOT is_broken").select("row.id").collect()
    assert " ".join(r["id"] for r in got) == read


def test_a_column_of_a_folder_has_no_place_in_a_line(spark, tmp_path):
    file = tmp_path / "shop=north" / "a.csv"
    file.parent.mkdir()
    file.write_text('id,e,c\ne1,v,u1\ne2,"v,u2\ne3,v,u3\ne4,"v,u4\n')
    of = source(format="csv", path=str(tmp_path))
    rows = read_files(spark, of, [str(file)], read_schema(spark, of), str(tmp_path))
    raw = as_raw(rows, of, F.lit("a.csv"), F.lit(None).cast("long"))
    assert [r["id"] for r in raw.filter("NOT is_broken").select("row.id").collect()] == ["e1"]

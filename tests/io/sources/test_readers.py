"""Raw rows as readers give them."""

import pytest
from pyspark.sql import functions as F

from desirelines.io.sources.csv_header import BROKEN, has_names_of_ours
from desirelines.io.sources.mixed_files import read_files
from desirelines.io.sources.readers import (
    ROW,
    WIDE,
    _hashed,
    as_raw,
    is_undecodable,
    is_wide,
    read_schema,
    static_schema,
    with_row,
)
from desirelines.io.tables.addresses import quoted
from tests.support.sources import source


def raw_rows(found, of):
    return as_raw(
        found.coalesce(1), of, F.lit(None).cast("string"), F.lit(None).cast("long")
    ).collect()


def test_the_hash_of_a_row_follows_from_all_of_it(spark):
    rows = [
        ("x", None, ["a", None], {"k": 1}),
        (None, "x", ["a", None], {"k": 1}),  # the same value elsewhere
        ("x", None, [None, "a"], {"k": 1}),  # the same values, nested, in another place
        ("x", None, ["a", None], {"k": 2}),
        ("x", None, None, None),
        ("x", None, ["a", None], {"k": 1}),  # the first again
    ]
    found = spark.createDataFrame(
        rows, "c string, u string, tags array<string>, more map<string, int>"
    )
    hashes = [r["row_hash"] for r in raw_rows(found, source())]
    assert hashes[0] == hashes[5]
    assert len(set(hashes)) == 5


def test_a_row_that_csv_cannot_take_apart_is_its_text(spark):
    found = spark.createDataFrame(
        [("x", None), (None, "x;;;broken")], "c string, _desirelines_broken string"
    )
    got = [(r["raw"], r["is_broken"]) for r in raw_rows(found, source(format="csv"))]
    assert got == [(None, False), ("x;;;broken", True)]


def test_a_wide_row_is_hashed_as_one_and_the_hash_still_follows_from_all_of_it(spark):
    """Two plan terms for each of 5,000 columns took minutes to plan and compile for ninety rows."""
    names = [f"c{n}" for n in range(WIDE + 50)]
    plain = ["x", None] * (len(names) // 2)
    moved = [*plain[:-2], None, "x"]
    found = spark.createDataFrame(
        [plain, moved, plain, [None] * len(names)], ", ".join(f"{n} string" for n in names)
    )
    assert len(_hashed(with_row(found).schema[ROW].dataType)) == 1
    assert len(_hashed(with_row(found.select(names[:WIDE])).schema[ROW].dataType)) == 2 * WIDE
    rows = raw_rows(found, source())
    assert rows[0]["row_hash"] == rows[2]["row_hash"]
    assert len({r["row_hash"] for r in rows}) == 3
    assert (rows[1]["row"]["c0"], rows[1]["row"][names[-1]]) == ("x", "x")


def test_rows_of_many_columns_are_wide_and_json_never_is(spark):
    def rows(count):
        found = spark.createDataFrame(
            [["x"] * count], ", ".join(f"c{n} string" for n in range(count))
        )
        return as_raw(found, source(), F.lit(None).cast("string"), F.lit(None).cast("long"))

    assert [is_wide(rows(count)) for count in (1, WIDE, WIDE + 1)] == [False, False, True]
    text = spark.createDataFrame([('{"a": 1}',)], "value string")
    as_json = as_raw(
        text, source(format="json"), F.lit(None).cast("string"), F.lit(None).cast("long")
    )
    assert not is_wide(as_json)


@pytest.mark.parametrize(
    ("header", "expected", "is_by_position"),
    [
        ("ts,login", ["ts", "login"], False),
        (",ts,login", ["_c0", "ts", "login"], True),  # what pandas writes
        ("ts,login,", ["ts", "login", "_c2"], True),
        (" ts ,login\t", ["ts", "login"], True),
        ("id,ts,ID,Id", ["id", "ts", "ID2", "Id3"], True),
        ("_c1,ts", ["_c1", "ts"], False),
        ("v1,v2,v10", ["v1", "v2", "v10"], False),
        ("id, id", ["id", "id1"], True),
        ("x0,x1,x2", ["x0", "x1", "x2"], False),
        ("x,y,x", ["x", "y", "x2"], True),
    ],
)
def test_a_csv_header_gives_names_that_a_mapping_can_use(
    spark, tmp_path, header, expected, is_by_position
):
    count = header.count(",") + 1
    (tmp_path / "a.csv").write_text(f"{header}\n{','.join(str(n) for n in range(count))}\n")
    of = source(format="csv", path=str(tmp_path))
    schema = static_schema(spark, of)
    assert schema.fieldNames() == expected
    assert has_names_of_ours(schema) == is_by_position
    rows = read_files(spark, of, [str(tmp_path / "a.csv")], read_schema(spark, of), str(tmp_path))
    assert rows.select(*(quoted(name) for name in expected)).collect() == [
        tuple(str(n) for n in range(count))
    ]


@pytest.mark.parametrize(
    ("line", "is_broken"),
    [
        ('{"a": 1}', False),
        ('{"a": 1} ', False),
        ('{"a": [{"b": 1}, {"b": 2}]}', False),
        ('{"a": "} {"}', False),
        ('{"a": {"b": 1}, "c": {}}', False),
        ('{"a": 1}{"a": 2}', True),
        ('{"a": 1} {"a": 2}', True),
        ('{"a": 1},{"a": 2}', True),
        ('{"a": 1}|{"a": 2}', True),
        ('{"a": 1} , , {"a": 2}', True),
        ('{"a": 1}\x1e{"a": 2}', True),
        ('{"a": [[{"b": 1}], [{"b": 2}]]}', False),
        ('{"a": "}{"}{"a": 2}', True),
        ('[{"a": 1}]', True),
        ('{"a": 1', True),
        ("null", True),
    ],
)
def test_a_line_of_json_is_one_object(spark, line, is_broken):
    found = spark.createDataFrame([(line,)], "value string")
    assert raw_rows(found, source(format="json"))[0]["is_broken"] == is_broken


def test_rows_with_undecodable_bytes_are_found(spark, tmp_path):
    (tmp_path / "j").mkdir()
    (tmp_path / "j" / "a.json").write_bytes(b'{"u":"J\xf6rg"}\n{"u":"Zo\xc3\xab"}\n{"u":"ann"}\n')
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "a.csv").write_bytes(b"u,v\nJ\xf6rg,1\nZo\xc3\xab,1\n,1\n")
    for file_format, name in (("json", "j"), ("csv", "c")):
        of = source(format=file_format, path=str(tmp_path / name))
        found = spark.read.format("text" if name == "j" else "csv").option("header", "true")
        rows = found.load(of.path).withColumn(BROKEN, F.lit(None).cast("string"))
        raw = as_raw(rows, of, F.lit("a"), F.lit(None).cast("long"))
        marked = raw.coalesce(1).select(is_undecodable(raw, of).alias("is_undecodable"))
        assert [r[0] for r in marked.collect()] == [True, False, False]

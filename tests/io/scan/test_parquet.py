"""Every value of a Parquet file is searched, of whatever type it is stored as."""

from decimal import Decimal
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from desirelines.erasure.needles import KEY, Sought, needles_of
from desirelines.erasure.search import Searcher
from desirelines.erasure.ways import ALL_WAYS
from desirelines.io.scan.notes import Notes
from desirelines.io.scan.parquet import scan_parquet

ANN, DIGEST, NUMBER = "ann@example.com", "0123456789abcdef" * 2, "1234567"
RAW = bytes.fromhex(DIGEST)
SOUGHT = (Sought(1, "email", ANN), Sought(2, KEY, DIGEST), Sought(3, "user", NUMBER),
          Sought(4, "user", "7"))  # fmt: skip
SEARCHER = Searcher.of(needles_of(SOUGHT))


def hits(column, kind=None, *, ways=ALL_WAYS, **options):
    out = BytesIO()
    pq.write_table(pa.table({"a": pa.array(column, kind)}), out, **options)
    notes = Notes(SEARCHER, ways)
    scan_parquet(pa.BufferReader(out.getvalue()), notes)
    return {(hit.place, hit.request) for hit in notes.hits() if hit.place != "footer"}


@pytest.mark.parametrize(
    ("column", "kind", "request_"),
    [
        ([None, ANN], pa.string(), 1),
        ([None, ANN], pa.large_string(), 1),
        ([None, ANN], pa.string_view(), 1),
        ([ANN.encode("utf-16-le")], pa.binary(), 1),
        ([[], None, [None, ANN]], pa.list_(pa.string()), 1),
        ([[ANN]], pa.large_list(pa.string()), 1),
        ([{"b": {"c": ANN}}, None], pa.struct([("b", pa.struct([("c", pa.string())]))]), 1),
        ([[(ANN, 1)]], pa.map_(pa.string(), pa.int64()), 1),
        ([[("k", [ANN])]], pa.map_(pa.string(), pa.list_(pa.string())), 1),
        (["x", ANN], pa.dictionary(pa.int32(), pa.string()), 1),
        ([DIGEST.upper()], pa.string(), 2),
        ([b"\0" + RAW + b"\0"], pa.binary(), 2),
        ([RAW], pa.binary(16), 2),
        ([None, 1234567], pa.int32(), 3),
        ([1234567.0], pa.float64(), 3),
        ([Decimal(1234567)], pa.decimal128(38, 0), 3),
        ([[{"b": 1234567}]], pa.list_(pa.struct([("b", pa.int64())])), 3),
        (["7"], pa.string(), 4),
        (['{"id":"7"}'], pa.string(), 4),
    ],
    ids=str,
)
@pytest.mark.parametrize("use_dictionary", [True, False])
def test_a_value_is_found_in_a_column_of_any_type(column, kind, request_, use_dictionary):
    assert hits(column, kind, use_dictionary=use_dictionary) == {("column a", request_)} or (
        ("column a, unescaped text", request_) in hits(column, kind, use_dictionary=use_dictionary)
    )


@pytest.mark.parametrize(
    "column",
    [["jo" + ANN], ["ann@example", ".com"], [7, 12345678], [1234567.5], [True, None], ["77"],
     [Decimal("1234567.5")], [None]],
    ids=str,
)  # fmt: skip
def test_other_values_are_not_taken_for_it(column):
    assert hits(column) == set()


def test_a_number_that_does_not_fit_into_a_column_is_not_in_it():
    assert hits([7], pa.int8()) == set()
    assert hits([Decimal("1.5")], pa.decimal128(5, 2)) == set()


def test_many_rows_in_many_groups_are_read_to_the_last():
    rows = [f"somebody{n}@example.com" for n in range(150_000)]
    assert hits([*rows, ANN], row_group_size=40_000) == {("column a", 1)}


def test_the_bounds_of_a_column_are_in_the_footer():
    out = BytesIO()
    pq.write_table(pa.table({"a": [ANN, "b"]}), out)
    notes = Notes(SEARCHER, frozenset(("footer",)))
    scan_parquet(pa.BufferReader(out.getvalue()), notes)
    assert {(hit.place, hit.request) for hit in notes.hits()} == {("footer", 1)}


def test_the_name_of_a_column_that_is_sought_is_masked():
    out = BytesIO()
    pq.write_table(pa.table({ANN: [ANN]}), out)
    notes = Notes(SEARCHER, ALL_WAYS)
    scan_parquet(pa.BufferReader(out.getvalue()), notes)
    assert {hit.place for hit in notes.hits()} == {"column ***", "footer"}

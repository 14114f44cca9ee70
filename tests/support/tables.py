"""Tables written as text in a test.

Columns stand between bars, an empty cell is null, and a column's name gives its type. A table too
wide for a line continues in a second block below an empty line: the same rows in the same order,
its first column repeated.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.tables import SESSIONS

_TYPES = {
    "at": (T.TimestampType(), lambda s: datetime.fromisoformat(s).replace(tzinfo=UTC)),
    "on": (T.DateType(), date.fromisoformat),
    "count": (T.LongType(), int),
    "share": (T.DoubleType(), float),
    "of": (T.DateType(), date.fromisoformat),
}


def cell_type(column: str) -> tuple[T.DataType, object]:
    """Type of a column by its name.

    Prefixes: `n:` number, `b:` flag, `l:` list of words, `ln:` list of numbers, `d:` double, `m:`
    money. Without one, the suffix decides.
    """
    prefixed = {
        "n": (T.LongType(), int),
        "d": (T.DoubleType(), float),
        "b": (T.BooleanType(), lambda s: {"true": True, "false": False}[s]),
        "l": (T.ArrayType(T.StringType()), lambda s: s.split()),
        "ln": (T.ArrayType(T.LongType()), lambda s: [int(x) for x in s.split()]),
        "m": (T.DecimalType(18, 4), Decimal),
    }
    if ":" in column:
        return prefixed[column.split(":")[0]]
    if column.startswith(("is_", "has_")):
        return prefixed["b"]
    return _TYPES.get(column.rsplit("_", 1)[-1], (T.StringType(), str))


def one_block(text: str) -> str:
    """A text table with its second and later blocks put beside the first."""
    first, *others = [block.splitlines() for block in re.split(r"\n\s*\n", text.strip())]
    for block in others:
        labels = [[line.split("|")[0].strip() for line in lines] for lines in (first, block)]
        if labels[0][0] != labels[1][0]:  # no header: rows after an empty line
            first += block
            continue
        assert labels[0] == labels[1], "the rows of a second block are not those of the first"
        first = [f"{a} | {b.split('|', 1)[1]}" for a, b in zip(first, block, strict=True)]
    return "\n".join(first)


def table(spark: SparkSession, text: str) -> DataFrame:
    """A DataFrame from a text table; `''` is an empty text, an empty cell is null."""
    lines = [
        [c.strip() for c in line.split("|")]
        for line in one_block(text).splitlines()
        if line.strip()
    ]
    names, rows = lines[0], lines[1:]
    types = [cell_type(n) for n in names]
    fields = [T.StructField(n.split(":")[-1], t) for n, (t, _) in zip(names, types, strict=True)]

    def cell(value, read):
        return None if value == "" else "" if value == "''" else read(value)

    data = [tuple(cell(v, r) for v, (_, r) in zip(row, types, strict=True)) for row in rows]
    return spark.createDataFrame(data, T.StructType(fields))


def sessions(spark: SparkSession, text: str) -> DataFrame:
    """Sessions of people from a text table.

    Columns that it leaves out are empty: no steps, no money, a visit of a moment.
    """
    given = table(spark, text)
    empty = {
        "is_visit": F.lit(True),
        "ended_at": F.col("started_at"),
        "steps": F.array(),
        "step_kinds": F.array(),
        "step_offsets": F.array(),
        "categories": F.array(),
    }
    nothing = {
        c.name: empty.get(
            c.name,
            F.lit(0)
            if c.name.endswith("_count") or c.name in ("amount", "discount", "refunded")
            else F.lit(None))
        for c in SESSIONS.columns
        if c.name not in given.columns
    }  # fmt: skip
    types = {f.name: f.dataType for f in SESSIONS.schema}
    filled = given.withColumns({name: value.cast(types[name]) for name, value in nothing.items()})
    triples = F.transform(
        F.sequence(F.lit(0), F.size("steps")), lambda n: F.slice("steps", n + 1, F.lit(3))
    )

    def is_back(t):
        return (F.size(t) == 3) & (F.get(t, 0) == F.get(t, 2)) & (F.get(t, 0) != F.get(t, 1))

    turns = {
        "backtrack_count": F.size(F.filter(triples, is_back)),
        "revisit_count": F.size("steps") - F.size(F.array_distinct("steps")),
    }
    return filled.withColumns(
        {n: v.cast(types[n]) for n, v in turns.items() if n not in given.columns}
    )


def rows_of(frame: DataFrame, *columns: str) -> list[tuple]:
    """Rows as tuples of the columns, in order of all of them, nulls first."""
    found = [tuple(row) for row in frame.select(*columns).collect()]
    return sorted(found, key=lambda r: tuple((v is not None, str(v)) for v in r))

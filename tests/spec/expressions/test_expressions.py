"""An expression of the settings gives what Spark gives for the same text.

The functions it may call are scalars that follow from their arguments.
"""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.errors import AnalysisException
from pyspark.sql import functions as F

from desirelines.columns.expressions import expression_column
from desirelines.settings import read_settings
from desirelines.settings.expressions import read_expression
from desirelines.settings.functions import ALLOWED, FUNCTIONS

CONF = Path(__file__).parents[3] / "conf" / "sources"

EXAMPLES = {
    "btrim": "btrim(row.t)", "char_length": "char_length(row.t)",
    "concat": "concat(row.t, '-', row.u)", "concat_ws": "concat_ws('/', row.t, row.n, row.u)",
    "contains": "contains(row.t, 'b')", "endswith": "endswith(row.t, 'c ')",
    "initcap": "initcap(row.t)", "instr": "instr(row.t, 'b')", "left": "left(row.t, 2)",
    "length": "length(row.t)", "locate": "locate('b', row.t)", "lower": "lower(row.t)",
    "lpad": "lpad(row.u, 9, '0')", "ltrim": "ltrim(row.t)", "parse_url": "parse_url(row.w, 'HOST')",
    "regexp_extract": r"regexp_extract(row.u, '(\\d+)', 1)",
    "regexp_like": r"regexp_like(row.u, '\\d')",
    "regexp_replace": "regexp_replace(row.u, '[0-9]', '#')", "replace": "replace(row.t, 'b', 'x')",
    "reverse": "reverse(row.t)", "right": "right(row.u, 2)", "rpad": "rpad(row.u, 9, '0')",
    "rtrim": "rtrim(row.t)", "split": "split(row.w, '/')",
    "split_part": "split_part(row.w, '/', 3)", "startswith": "startswith(row.t, ' a')",
    "substr": "substr(row.t, 2, 2)", "substring": "substring(row.t, 2)",
    "substring_index": "substring_index(row.w, '/', -1)",
    "translate": "translate(row.t, 'abc', 'xyz')", "trim": "trim(row.t)",
    "try_parse_url": "try_parse_url(row.w, 'QUERY', 'q')",
    "try_url_decode": "try_url_decode(row.e)", "upper": "upper(row.t)",
    "url_decode": "url_decode(row.e)", "coalesce": "coalesce(row.z, row.t)",
    "greatest": "greatest(row.a, row.b)", "if": "if(row.a > 1, row.t, row.u)",
    "ifnull": "ifnull(row.z, 'x')", "isnotnull": "isnotnull(row.z)", "isnull": "isnull(row.z)",
    "least": "least(row.a, row.b)", "nullif": "nullif(row.a, 2)", "nvl": "nvl(row.z, row.t)",
    "nvl2": "nvl2(row.z, row.t, row.u)", "abs": "abs(-row.a)", "bround": "bround(row.d, 1)",
    "ceil": "ceil(row.d)", "ceiling": "ceiling(row.d, -1)", "floor": "floor(row.d)",
    "mod": "mod(row.a, 2)", "pmod": "pmod(-row.a, 3)", "round": "round(row.d, -1)",
    "sign": "sign(-row.a)", "try_add": "try_add(row.a, row.b)",
    "try_divide": "try_divide(row.a, row.a - row.a)", "try_multiply": "try_multiply(row.d, row.d)",
    "try_subtract": "try_subtract(row.a, row.b)", "add_months": "add_months(row.day, 1)",
    "date_add": "date_add(row.day, row.a)", "date_diff": "date_diff(row.day, DATE '2026-01-01')",
    "date_format": "date_format(row.at, 'yyyy-MM')", "date_sub": "date_sub(row.day, 3)",
    "date_trunc": "date_trunc('HOUR', row.at)", "datediff": "datediff(row.day, '2026-01-01')",
    "day": "day(row.at)", "dayofmonth": "dayofmonth(row.day)", "dayofweek": "dayofweek(row.day)",
    "dayofyear": "dayofyear(row.day)",
    "from_utc_timestamp": "from_utc_timestamp(row.at, 'Europe/Berlin')", "hour": "hour(row.at)",
    "last_day": "last_day(row.day)", "make_date": "make_date(2026, row.a, 3)",
    "minute": "minute(row.at)", "month": "month(row.day)",
    "months_between": "months_between(row.at, row.day)", "quarter": "quarter(row.day)",
    "second": "second(row.at)", "timestamp_micros": "timestamp_micros(row.n)",
    "timestamp_millis": "timestamp_millis(row.n)", "timestamp_seconds": "timestamp_seconds(row.n)",
    "to_date": "to_date(row.iso)", "to_timestamp": "to_timestamp(row.iso, 'yyyy-MM-dd')",
    "to_utc_timestamp": "to_utc_timestamp(row.at, 'Europe/Berlin')",
    "trunc": "trunc(row.day, 'MM')", "try_to_timestamp": "try_to_timestamp(row.t)",
    "unix_micros": "unix_micros(row.at)", "unix_millis": "unix_millis(row.at)",
    "unix_seconds": "unix_seconds(row.at)", "weekday": "weekday(row.day)",
    "weekofyear": "weekofyear(row.day)", "year": "year(row.day)", "array": "array(row.a, row.b)",
    "array_compact": "array_compact(row.l)", "array_contains": "array_contains(row.l, 'y')",
    "array_distinct": "array_distinct(row.l)", "array_join": "array_join(row.l, '-', '?')",
    "array_max": "array_max(row.l)", "array_min": "array_min(row.l)",
    "array_position": "array_position(row.l, 'y')", "cardinality": "cardinality(row.l)",
    "element_at": "element_at(row.l, -1)", "get": "get(row.l, 7)",
    "map_contains_key": "map_contains_key(row.m, 'k')", "map_keys": "map_keys(row.m)",
    "map_values": "map_values(row.m)", "named_struct": "named_struct('x', row.a, 'y', row.t)",
    "size": "size(row.l)", "slice": "slice(row.l, 1, 2)", "struct": "struct(row.a, row.t)",
    "try_element_at": "try_element_at(row.l, 9)", "exists": "exists(row.l, x -> x = 'y')",
    "filter": "filter(row.l, (x, i) -> i > 0 AND x IS NOT NULL)",
    "forall": "forall(row.l, x -> x != row.t)",
    "transform": "transform(row.l, x -> concat(x, "
                 "transform(row.l, (x, i) -> concat(x, CAST(i AS string)))[0]))",
    "get_json_object": "get_json_object(row.j, '$.a.b')",
    "is_variant_null": "is_variant_null(parse_json(row.j))",
    "parse_json": "CAST(parse_json(row.j) AS string)", "to_json": "to_json(struct(row.a, row.l))",
    "try_parse_json": "try_variant_get(try_parse_json(row.t), '$.a')",
    "try_variant_get": "try_variant_get(parse_json(row.j), '$.a.b', 'int')",
    "variant_get": "variant_get(parse_json(row.v), '$.a', 'array<variant>')[1]",
}  # fmt: skip
"""One call of every function."""

OTHERS = [
    "row.t LIKE '% a%'", "row.p LIKE '50\\%'", "row.p LIKE '50!%' ESCAPE '!'",
    "row.t NOT ILIKE '%B%'", r"row.u RLIKE '\\d+$'", r"row.u REGEXP r'\d'",
    "row.a BETWEEN 1 AND 2 AND row.b NOT BETWEEN 1 AND 2", "row.a IN (1, row.b, 3)",
    "row.z NOT IN ('x')", "row.z IS NULL", "row.t IS NOT NULL", "row.z IS DISTINCT FROM row.t",
    "row.z IS NOT DISTINCT FROM row.z", "(row.a > 1) IS TRUE", "(row.z = 'x') IS NOT FALSE",
    "row.z <=> NULL", "CASE row.a WHEN 1 THEN 'one' WHEN 2 THEN 'two' END",
    "CASE WHEN row.a > 5 THEN 1 WHEN row.b > 0 THEN row.b ELSE 0 END",
    "CAST(row.d AS decimal(12, 1))",
    "try_cast(row.t AS int)", "CAST(row.l AS array<string>)",
    "CAST(row.at AS DATE) = DATE '2026-03-01'", "row.at >= TIMESTAMP '2026-03-01 10:00:00'",
    "row.at = TIMESTAMP '2026-03-01T10:30:00+01:00'", "row.`odd name`.`in``side`", "ROW.T",
    "row.l[1]", "row.m['k']", "row.many[0].x", "row.many.x", "row.a DIV 2", "-row.a % 2",
    "row.a / 2", "1.50 + row.a", "2e3 * row.a", "5000000000 + row.a", "-2147483648", "- - 3",
    "+row.a", "row.day + 1", "row.t || row.u || 'x'", "row.a + row.b || row.u",
    "row.a || row.b + 1", "NOT row.a = 1 AND row.b = 1 OR true", "! row.a = 1",
    "row.a = row.b = true", "row.a <> 1 != false", "'it''s'", '"double ""quoted"""',
    r"'tab\tnew\nline\\ \' \" \u00e9 \U0001F600 \101 \q \% \_ \0'", r"r'\d'", "'${env:HOME}'",
    "'-- no comment'", "''", "NULL", "true", "row.z > 'a' OR row.a > 0",
    "filter(row.many, p -> p.x > row.a)[0].y", "transform(row.many, p -> p.y.inner)",
    "coalesce(row.z, NULL, 'x')", "row.many[row.a - 2].x", "((row.a))",
]  # fmt: skip
"""Everything else in the grammar, and the precedence of operators."""


@pytest.fixture(scope="module")
def rows(spark):
    return spark.sql(r"""
        SELECT struct(
            ' abc ' AS t, 'u12' AS u, 'https://shop.example/p/x?q=1' AS w, 'a%20b' AS e,
            CAST(NULL AS string) AS z, 2 AS a, 1 AS b, 1.25 AS d, '50%' AS p, 1767225600L AS n,
            DATE '2026-02-03' AS day, TIMESTAMP '2026-03-01 09:30:00' AS at, '2026-02-03' AS iso,
            array('x', 'y', NULL, 'y') AS l, map('k', 1) AS m,
            '{"a": {"b": 7}}' AS j, '{"a": [1, {"b": 2}]}' AS v,
            named_struct('in`side', 'deep') AS `odd name`,
            array(named_struct('x', 5, 'y', named_struct('inner', 'i'))) AS many
        ) AS row
        """)


def _same(rows, texts):
    ours = rows.select(*(expression_column(t, ["row"]).alias(f"c{n}") for n, t in enumerate(texts)))
    sparks = rows.select(*(F.expr(t).alias(f"c{n}") for n, t in enumerate(texts)))
    assert ours.dtypes == sparks.dtypes
    for text, our, sparks_ in zip(texts, ours.collect()[0], sparks.collect()[0], strict=True):
        assert our == sparks_, text


def test_there_is_an_example_of_every_function():
    assert set(EXAMPLES) == ALLOWED
    assert len(ALLOWED) == sum(map(len, FUNCTIONS.values()))


def test_every_function_gives_what_spark_gives(spark, rows):
    special = ["variant_get", "try_parse_json"]
    _same(rows, [EXAMPLES[n] for n in sorted(EXAMPLES) if n not in special])
    for name in special:  # a variant has no value in Python to compare
        ours, sparks = (
            rows.select(c.cast("string"))
            for c in (expression_column(EXAMPLES[name], ["row"]), F.expr(EXAMPLES[name]))
        )
        assert ours.collect() == sparks.collect()


def test_everything_else_gives_what_spark_gives_but_variables_which_stay_text(rows):
    _same(rows, [t for t in OTHERS if "${" not in t])
    assert rows.select(expression_column("'${env:HOME}'", [])).collect()[0][0] == "${env:HOME}"


def test_spark_calls_every_function_a_scalar_that_follows_from_its_arguments(spark, rows):
    """A join condition must not hold an aggregate, window, generator or random function."""
    other = spark.range(1)
    for name, text in EXAMPLES.items():
        assert rows.join(other, expression_column(text, ["row"]).isNotNull()).columns == [
            "row",
            "id",
        ], name
    for refused in ("rand()", "uuid()", "sum(id)", "explode(array(id))"):
        with pytest.raises(AnalysisException):
            _ = rows.join(other, F.expr(refused).isNotNull()).columns


SIGNS = [
    "+",
    "-",
    "*",
    "/",
    "%",
    "DIV",
    "||",
    "=",
    "<=>",
    "<",
    ">=",
    "<>",
    "AND",
    "OR",
    "LIKE",
    "NOT LIKE",
    "BETWEEN 1 AND",
    "IN",
]


def _text(draw_from: random.Random, depth: int) -> str:
    """A text of operators, with hardly a bracket."""
    if depth == 0 or draw_from.random() < 0.2:
        return draw_from.choice(["a", "b", "t", "1", "'x'", "true", "f", "NULL"])
    sign = draw_from.choice(SIGNS)
    left, right = _text(draw_from, depth - 1), _text(draw_from, depth - 1)
    if sign == "IN":
        return f"{left} IN ({right}, {left})"
    composed = f"{left} {sign} {right}"
    shape = draw_from.random()
    if shape < 0.1:
        return f"NOT {composed}"
    if shape < 0.15:
        return f"-{composed}"
    if shape < 0.2:
        return f"{composed} IS NOT NULL"
    return f"({composed})" if shape < 0.3 else composed


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 4))
def test_operators_bind_as_sparks_do(spark, seed, depth):
    """Compared as plans: Spark's of the text, and that of the column made of our tree.

    Texts that Spark refuses we may refuse.
    """
    text = _text(random.Random(seed), depth)
    row = spark.createDataFrame([], "a int, b int, t string, f boolean")
    try:
        sparks = row.select(F.expr(text).alias("c"))
    except AnalysisException:
        with pytest.raises((AnalysisException, ValueError)):
            row.select(expression_column(text, row.columns).alias("c"))
        return
    refused = ""
    try:
        ours = row.select(expression_column(text, row.columns).alias("c"))
    except ValueError as error:
        refused = str(error)
    if refused:
        assert "consists of constants only" in refused
        return
    plans = [
        frame._jdf.queryExecution().analyzed().canonicalized().toString()
        for frame in (ours, sparks)
    ]
    assert plans[0] == plans[1], text


SAMPLES = {
    "online-retail": [{"InvoiceNo": "C536379"}, {"InvoiceNo": "536365"}, {"InvoiceNo": None}],
    "wikipedia-edits": [{"is_new": "True"}, {"is_new": "False"}, {"is_new": None}],
    "world-orders": [
        {"order_id": "o1", "line_no": "2", "status": "refunded", "quantity": "3",
         "unit_price": "9.99", "discount": "0.97"},
        {"order_id": "o2", "line_no": None, "status": "paid", "quantity": "three",
         "unit_price": "9.99", "discount": None},
    ],
    "orders": [{"order_id": "o1", "line_no": "2"}, {"order_id": None, "line_no": "1"}],
    "ga4-export": [
        '{"event_params": [{"key": "x", "value": {}}, {"key": "page_location", '
        '"value": {"string_value": "https://a/b"}}]}',
        '{"event_params": []}', "{}",
    ],
    "segment-spec": ['{"event": "Order Completed", "type": "track"}', '{"type": "page"}', "{}"],
}  # fmt: skip


def test_every_mapping_that_comes_with_the_package_gives_the_same_values_as_before(spark, tmp_path):
    with_expressions = []
    for file in sorted(CONF.glob("*.yaml")):
        conf = tmp_path / "conf.yaml"
        conf.write_text(f"sources: [{file}]\n")
        (source,) = read_settings([conf]).sources
        if not source.expressions:
            continue
        with_expressions.append(file.stem)
        if source.format == "json":
            found = spark.createDataFrame(
                [(t,) for t in SAMPLES[file.stem]], "value string"
            ).select(F.try_parse_json(F.col("value")).alias("row"))
        else:
            names = list(SAMPLES[file.stem][0])
            found = spark.createDataFrame(
                [tuple(r.values()) for r in SAMPLES[file.stem]],
                ", ".join(f"{n} string" for n in names),
            )
            found = found.select(F.struct(*names).alias("row"))
        for text in source.expressions:
            ours = found.select(expression_column(text, ["row"]).cast("string"))
            assert ours.collect() == found.select(F.expr(text).cast("string")).collect(), (
                file.stem,
                text,
            )
            assert any(row[0] for row in ours.collect()), text
    assert with_expressions == sorted(SAMPLES)


def test_a_tree_is_read_once_and_names_what_it_needs():
    assert read_expression("row.a") is read_expression("row.a")
    assert read_expression("filter(row.l, x -> x = Line.b AND y.c)").names == {"row", "line", "y"}

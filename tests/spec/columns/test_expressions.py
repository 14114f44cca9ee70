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
from tests.support.expressions import EXAMPLES, OTHERS, one_row

CONF = Path(__file__).parents[3] / "conf" / "sources"


@pytest.fixture(scope="module")
def rows(spark):
    return one_row(spark)


def _same(rows, texts):
    ours = rows.select(*(expression_column(t, ["row"]).alias(f"c{n}") for n, t in enumerate(texts)))
    sparks = rows.select(*(F.expr(t).alias(f"c{n}") for n, t in enumerate(texts)))
    assert ours.dtypes == sparks.dtypes
    for text, our, sparks_ in zip(texts, ours.collect()[0], sparks.collect()[0], strict=True):
        assert our == sparks_, text


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
        '{"event_name": "purchase", "items": [{}], '
        '"event_params": [{"key": "currency", "value": {"string_value": "EUR"}}]}',
        '{"event_name": "refund", "ecommerce": {"refund_value": 4}}',
    ],
    "segment-spec": [
        '{"event": "Order Completed", "type": "track", "properties": {"revenue": 25}}',
        '{"type": "page"}', "{}",
    ],
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
        names = ["row"]
        if source.lines is not None:
            found = found.withColumn("line", F.try_parse_json(F.lit('{"price": 2.5}')))
            names.append("line")
        for text in source.expressions:
            ours = found.select(expression_column(text, names).cast("string"))
            assert ours.collect() == found.select(F.expr(text).cast("string")).collect(), (
                file.stem,
                text,
            )
            assert any(row[0] for row in ours.collect()), text
    assert with_expressions == sorted(SAMPLES)

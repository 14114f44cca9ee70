"""Columns of the expressions in a mapping."""

from __future__ import annotations

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame

from desirelines.columns.expressions import expression_column, what_does_not_fit
from desirelines.errors import SettingsError, SourceError
from desirelines.settings import Source

ROW, LINE = "row", "line"


def with_expressions(raw: DataFrame, source: Source) -> DataFrame:
    """Add a column for each expression of the mapping, computed from the row alone.

    Call it before anything else joins the row: an expression must not see columns of ours.

    Raises:
        SettingsError: an expression is not allowed.
        SourceError: an expression does not fit the source's columns.
    """
    visible = (ROW, LINE) if source.lines else (ROW,)
    rows = raw
    for text, place in source.expressions.items():
        where = f"source '{source.name}': {place}.sql"
        try:
            rows = rows.withColumn(expression_name(place), expression_column(text, visible))
        except ValueError as error:
            raise SettingsError([f"{where}: {error}"]) from None
        except AnalysisException as error:
            raise SourceError(
                f"{where} does not fit the source's columns: {what_does_not_fit(error)}. "
                "Fix the mapping."
            ) from None
    return rows


def expression_name(place: str) -> str:
    """Name of the column that holds the value of an expression during ingest."""
    return f"_expression_{place.replace('.', '_')}"

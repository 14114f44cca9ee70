"""The functions an expression may call are scalars that follow from their arguments."""

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import functions as F

from desirelines.columns.expressions import expression_column
from desirelines.settings.functions import ALLOWED, FUNCTIONS
from tests.support.expressions import EXAMPLES, one_row


def test_there_is_an_example_of_every_function():
    assert set(EXAMPLES) == ALLOWED
    assert len(ALLOWED) == sum(map(len, FUNCTIONS.values()))


def test_spark_calls_every_function_a_scalar_that_follows_from_its_arguments(spark):
    """A join condition must not hold an aggregate, window, generator or random function."""
    rows, other = one_row(spark), spark.range(1)
    for name, text in EXAMPLES.items():
        assert rows.join(other, expression_column(text, ["row"]).isNotNull()).columns == [
            "row",
            "id",
        ], name
    for refused in ("rand()", "uuid()", "sum(id)", "explode(array(id))"):
        with pytest.raises(AnalysisException):
            _ = rows.join(other, F.expr(refused).isNotNull()).columns

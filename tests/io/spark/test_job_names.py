"""Spark's jobs are named by their stage, on every thread that starts some."""

import pytest

from desirelines.errors import GateError
from desirelines.io.spark.job_names import DESCRIPTION, at_once, named_jobs


def test_jobs_have_the_name_also_on_other_threads_and_lose_it_at_the_end(spark):
    context = spark.sparkContext

    def name():
        return context.getLocalProperty(DESCRIPTION)

    with named_jobs(spark, "outer"):
        with named_jobs(spark, "build-paths of run r"):
            spark.range(3).count()
            assert {*at_once(spark, [name] * 3, most=2), name()} == {"build-paths of run r"}
        assert name() == "outer"
    assert name() is None


def test_of_works_at_once_all_end_before_the_error_of_one_is_raised(spark):
    done = []

    def broken():
        raise GateError("no")

    with pytest.raises(GateError):
        at_once(spark, [broken, lambda: done.append(1)])
    assert done == [1]

"""Checks of single values, shared by several settings."""

import pytest

from desirelines.settings import validators


@pytest.mark.parametrize(
    ("check", "value"),
    [
        ("known_name", "Regular guests"),
        ("known_step", "checkout"),
        ("known_zone", "Europe/Berlin"),
        ("known_currency", "EUR"),
        ("known_day", "2026-03-01"),
        ("row_expression", "row.a || line.b"),
        ("column_expression", "amount * 2"),
        ("known_table", "main.`odd name`.events"),
        ("known_kind", "purchase"),
        ("known_size", "1500m"),
        ("known_master", "local[4]"),
        ("known_master", "spark://host:7077"),
        ("known_address", "sqlite:///mlflow.db"),
        ("known_address", "databricks"),
    ],
)
def test_a_value_that_fits_is_given_as_it_is(check, value):
    assert getattr(validators, check)(value) == value


@pytest.mark.parametrize(
    ("check", "value", "said"),
    [
        ("known_name", "  ", "1 to 80 characters, this one has 0"),
        ("known_name", "x" * 81, "this one has 81"),
        ("known_name", "a\u00a0b", "U[+]00A0 at position 2 is not the plain space"),
        ("known_step", "~path_start", "special meaning"),
        ("known_zone", "Europe/Berlim", "did you mean 'Europe/Berlin'"),
        ("known_currency", "eur", "three capital letters"),
        ("known_day", 20260301, "'20260301' is not a day"),
        ("row_expression", "amount", "'amount' is not part of the row"),
        ("column_expression", "current_date", "neither the clock nor the session"),
        ("known_table", "a.b.c.d", "catalog.schema.table"),
        ("known_kind", "purchas", "did you mean 'purchase'"),
        ("known_size", "4 gigabytes", "is not a memory size"),
        ("known_size", "511m", "at least 512m"),
        ("known_master", "local[0]", "is not a Spark master"),
        ("known_address", "mlflow.example", "is not an address"),
    ],
)
def test_a_value_that_does_not_fit_is_told_why(check, value, said):
    with pytest.raises(ValueError, match=said):
        getattr(validators, check)(value)


def test_names_that_look_alike_are_equal():
    assert validators.known_name("Ga\u0308ste ") == "Gäste"


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("gap_minutes", 52_596_000),
        ("late_days", 36_525),
        ("lapsed_months", 1_200),
        ("k", 2**31 - 1),
    ],
)
def test_nobody_means_more_than_a_hundred_years(name, most):
    validators.known_span(name, most)
    validators.known_span(name, -most)
    with pytest.raises(ValueError, match=f"at most {most:,}, not {most + 1}"):
        validators.known_span(name, most + 1)

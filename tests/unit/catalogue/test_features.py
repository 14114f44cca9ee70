"""The catalogue of features."""

import pytest

from desirelines.catalogue import FEATURES, own_column
from desirelines.tables import FEATURES as TABLE


def test_names_are_columns_of_the_table_once_each():
    names = [feature.name for feature in FEATURES]
    assert len(set(names)) == len(names)
    assert set(names) <= set(TABLE.column_names)


def test_values_that_are_skewed_are_counts_or_amounts_and_shares_are_plain():
    assert {f.scale for f in FEATURES} == {"log", "plain"}
    assert {f.scale for f in FEATURES if f.name.endswith("_share")} == {"plain"}


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("exports", "'exports'"),
        ("it's", r"'it\'s'"),
        (r"a\b", r"'a\\b'"),
        ("${env:HOME}", r"'\u0024{env:HOME}'"),  # Spark would put the variable's value there
    ],
)
def test_a_name_from_the_data_stays_inside_its_quotes(name, quoted):
    assert own_column(name) == (
        f"get(own_values, CAST(array_position(own_names, {quoted}) AS INT) - 1)"
    )

"""The catalogue of features."""

from desirelines.catalogue import FEATURES, own_column
from desirelines.tables import FEATURES as TABLE


def test_names_are_columns_of_the_table_once_each():
    names = [feature.name for feature in FEATURES]
    assert len(set(names)) == len(names)
    assert set(names) <= set(TABLE.column_names)


def test_values_that_are_skewed_are_counts_or_amounts_and_shares_are_plain():
    assert {f.scale for f in FEATURES} == {"log", "plain"}
    assert {f.scale for f in FEATURES if f.name.endswith("_share")} == {"plain"}


def test_a_feature_without_a_column_of_its_own_is_found_by_its_name():
    assert own_column("it's") != own_column("its")

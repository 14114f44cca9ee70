"""Settings of the command line."""

import pytest

from desirelines.settings import read_settings
from tests.support.configurations import SOURCE, mistakes, written


def test_set_reaches_into_lists(tmp_path):
    settings = read_settings([written(tmp_path, SOURCE)], ["sources.0.path=other.csv"])
    assert settings.sources[0].path == "other.csv"


@pytest.mark.parametrize(
    ("sets", "message"),
    [
        (["clusters.k"], "write it as --set key.key=value"),
        (["sources.3.path=x"], "has 1 entries"),
        (["sesions.gap_minutes=3"], "did you mean 'sessions'?"),
        (["clusters.k_min=9", "clusters.k_max=4"], "k_min (9) is above k_max (4)"),
        (["sources.0.kinds.buy=purchas"], "kinds has ['purchas']"),
        (["sources.0.table=a.b"], "give exactly one of path, table"),
        (["warehouse.catalog=main"], "catalog and schema go together"),
        (
            ["sources.0.columns.amount={column: a, value: b}"],
            "exactly one of column, first_of, value, product, sql",
        ),
        (["sources.0.ordered=true", "sources.0.format=delta"], "goes with csv and json"),
    ],
)
def test_a_wrong_assignment_says_what_is_wrong(tmp_path, sets, message):
    assert message in " ".join(mistakes(written(tmp_path, SOURCE), sets=sets))

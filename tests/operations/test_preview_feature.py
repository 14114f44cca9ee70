"""A feature of one's own is tried on what was published before a run computes it."""

import pytest

import desirelines
from desirelines import tables
from desirelines.errors import SettingsError
from tests.support.published import configure, read

pytestmark = pytest.mark.integration
VISITS = {
    "name": "early_visits", "meaning": "visits before ten", "unit": "visits", "aggregate": "count",
    "where": "is_visit AND hour(started_at) < 10",
}  # fmt: skip
SPENT = {
    "name": "dearest", "meaning": "the dearest order", "unit": "EUR", "aggregate": "max",
    "over": "events", "of": "amount",
}  # fmt: skip


def test_a_preview_is_what_the_next_run_computes(spark, cli, published_shop):
    workspace = desirelines.open(published_shop / "conf.yaml")
    previews = {
        f["name"]: dict(map(tuple, workspace.preview_feature(f).collect())) for f in (VISITS, SPENT)
    }
    own = ", ".join(
        f"{{{', '.join(f'{k}: {v!r}' for k, v in f.items())}}}" for f in (VISITS, SPENT)
    )
    configure(published_shop, f"features: {{own: [{own}]}}")
    assert cli("run", "--conf", str(published_shop / "conf.yaml"), "--run-id", "third") == 0
    rows = read(spark, published_shop, tables.FEATURES).filter("run_id = 'third'").collect()
    for number, name in enumerate(("early_visits", "dearest")):
        computed = {r["person_id"]: r["own_values"][number] for r in rows}
        assert len(set(computed.values())) > 2
        assert previews[name] == computed


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"aggregate": "median"}, "own.*aggregate: input should be 'count'"),
        ({"where": "nosuch > 1"}, "nosuch"),
        ({"name": "frequency"}, "frequency is already a feature of the catalogue"),
    ],
)
def test_a_mistake_in_a_definition_is_named(published_template, changes, message):
    workspace = desirelines.open(published_template / "conf.yaml")
    with pytest.raises(SettingsError, match=message):
        workspace.preview_feature(VISITS | changes)

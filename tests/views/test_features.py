"""Features as of the date of a run, the catalogue in use, and the rules."""

from dataclasses import replace
from datetime import date

from desirelines.catalogue import FEATURES
from desirelines.settings import Settings
from desirelines.views import features
from tests.support import shop
from tests.support.tables import rows_of


def test_features_are_of_the_date_of_the_run(second_run):
    for run, as_of in (
        (second_run, date(2026, 2, 4)),
        (second_run.of("first", None), date(2026, 1, 29)),
    ):
        rows = features.features_of(run)
        assert {r["as_of"] for r in rows.select("as_of").collect()} == {as_of}
        assert len(rows_of(rows, "person_id")) == shop.PEOPLE


def test_who_has_too_little_data_is_apart(second_run):
    days = rows_of(features.features_of(second_run), "active_days")
    for least in (0, 5, 8, 99):
        settings = Settings.model_validate(
            second_run.settings.model_dump(by_alias=True)
            | {"clusters": {"least_active_days": least}}
        )
        run = replace(second_run, settings=settings)
        grouped = sum(d >= least for (d,) in days)
        counted = features.counted_people(run)
        assert (counted.grouped, counted.apart) == (grouped, shop.PEOPLE - grouped), least
        assert features.clustered_features(run).count() == grouped


def test_without_features_of_its_own_a_run_uses_the_catalogue(second_run):
    assert features.features_in_use(second_run) == FEATURES
    assert features.vocabulary_of(second_run, "second") is None

"""The report of a run, from its tables."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from pyspark.sql import functions as F

from desirelines import tables
from desirelines.errors import EmptyInputError, MachineError
from desirelines.report.page import page_of
from desirelines.report.text import effect_words, value_text
from desirelines.run.context import new_run
from desirelines.run.progress import Progress
from desirelines.settings import read_settings
from desirelines.settings.model import Report
from desirelines.stages.report import report_data, write_report
from desirelines.views.members import segment_names
from desirelines.views.sessions import published_sessions
from tests.support import shop
from tests.support.published import read
from tests.support.report import text_of


def to(run, place):
    """The run, with its report in another place."""
    report = Report(path=str(place))
    return replace(run, settings=run.settings.model_copy(update={"report": report}))


def test_the_page_names_every_segment_of_the_run_that_anybody_can_be_in(second_run, tmp_path):
    page = write_report(to(second_run, tmp_path / "deep" / "report.html"))
    assert page == (tmp_path / "deep" / "report.html").resolve()
    text = text_of(page.read_text(encoding="utf-8"))
    names = segment_names(second_run, "second").values()
    # Everybody is in a group, so the page has no card of those who are not.
    assert [n for n in names if n not in text] == ["Too little data"]


def test_a_run_without_segments_and_a_place_that_cannot_be_written(second_run, tmp_path):
    with pytest.raises(EmptyInputError):
        write_report(to(second_run.of("third", date(2026, 2, 4)), tmp_path / "report.html"))
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MachineError, match=r"Give another place with --set report[.]path=FILE"):
        write_report(to(second_run, tmp_path / "file" / "report.html"))


@pytest.mark.parametrize("is_drawn", [False, True])
def test_messages_sent_are_steps_only_where_the_settings_say_so(second_run, monkeypatch, is_drawn):
    def with_messages(run):
        """Sessions in which what was put in the cart was a message instead."""
        to_message = "transform(step_kinds, k -> IF(k = 'cart_add', 'email_sent', k))"
        return published_sessions(run).withColumn("step_kinds", F.expr(to_message))

    monkeypatch.setattr("desirelines.stages.report.published_sessions", with_messages)
    shown = Report(outbound_steps=is_drawn)
    settings = second_run.settings.model_copy(update={"report": shown})
    data = report_data(replace(second_run, settings=settings))
    steps = {key[0] for what, key in zip(data.visits["what"], data.visits["key"], strict=True)
             if what == "step"}  # fmt: skip
    assert ("add" in steps) is is_drawn
    assert "view" in steps
    assert data.outbound_steps is is_drawn


STRANGERS = 120


def strangers():
    """People who looked at one page on one day, at night."""
    template = shop.rows(0, 1)[0]
    for n in range(STRANGERS):
        at = datetime(2026, 1, 5 + n % 9, 2, n % 60, tzinfo=UTC).isoformat()
        yield template | {"id": f"s{n}", "cookie": f"stranger{n}", "user": "", "at": at,
                          "event": "view", "order": "", "paid": ""}  # fmt: skip


def cohens_d(inside, rest):
    squares = sum(((v - v.mean()) ** 2).sum() for v in (inside, rest))
    pooled = np.sqrt(squares / (len(inside) + len(rest) - 2))
    is_spread = pooled > 1e-6 * np.sqrt((np.concatenate([inside, rest]) ** 2).mean())
    return (inside.mean() - rest.mean()) / pooled if is_spread else None


@pytest.mark.integration
def test_every_comparison_of_a_world_of_strangers_is_of_the_people_in_groups(spark, cli, tmp_path):
    conf = shop.configure(tmp_path)
    shop.write(tmp_path / "in", "first.csv", [*shop.rows(0, 10), *strangers()])
    assert cli("run", "--conf", str(conf), "--set", "clusters.least_active_days=2") == 0
    features = read(spark, tmp_path, tables.FEATURES).toPandas().set_index("person_id")
    members = read(spark, tmp_path, tables.SEGMENT_MEMBERS).filter("is_primary").toPandas()
    grouped = members[members["segment_id"] != "too_little_data"].set_index("person_id")
    assert (len(members), len(grouped)) == (shop.PEOPLE + STRANGERS, shop.PEOPLE)

    def compared(segment, feature):
        """The values of a cluster, and of everybody in another cluster."""
        value = features[feature].reindex(grouped.index)
        is_inside = grouped["segment_id"] == segment
        return value[is_inside].dropna(), value[~is_inside].dropna()

    profiles = read(spark, tmp_path, tables.SEGMENT_PROFILES).collect()
    of_clusters = [p for p in profiles if p["segment_id"].startswith("c-")]
    assert len({p["segment_id"] for p in of_clusters}) == 3
    for p in of_clusters:
        inside, rest = compared(p["segment_id"], p["feature"])
        assert p["mean"] == pytest.approx(inside.mean())
        d = cohens_d(inside, rest) if len(rest) >= 10 else None
        assert p["effect"] == (d if d is None else pytest.approx(d)), p["feature"]

    settings = read_settings([conf], ["clusters.least_active_days=2"])
    (run_id,) = {p["run_id"] for p in profiles}
    run = new_run(
        spark, settings, run_id, lambda: datetime(2026, 2, 4, tzinfo=UTC), Progress(run_id)
    )
    page = page_of(report_data(run))
    assert page.overview.summary.startswith("60 of 180 people fall into 3 groups; ")
    assert "The other 120 people have too little data to be grouped." in page.overview.summary
    ids = {
        r["name"]: r["segment_id"]
        for r in read(spark, tmp_path, tables.SEGMENT_DEFINITIONS).collect()
    }
    checked = 0
    for card in page.groups:
        for fact in card.facts:
            if fact.label == "start of visits":
                continue
            feature = fact.feature
            inside, rest = compared(ids[card.name], feature)
            assert fact.words == effect_words(cohens_d(inside, rest))
            assert fact.others == value_text(feature, rest.mean())
            assert re.match(re.escape(value_text(feature, inside.mean())), fact.here)
            checked += 1
    assert checked >= 6

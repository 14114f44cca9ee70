"""The search for the number of groups."""

import dataclasses

from desirelines.report.search import kept_words, search_picture
from tests.support.report import report, section


def test_a_single_trial_is_no_search_and_has_no_picture():
    data = report()
    picture, table = search_picture(dataclasses.replace(data, trials=data.trials.head(1)))
    assert picture is None
    assert table is not None
    assert "3 groups, kmeans: evidence 0.400, chosen" in search_picture(data)[0].svg


def test_every_trial_is_in_the_table_and_the_kept_one_is_marked(page):
    found = section(page, "found")
    assert "2 kmeans ✓ chosen best 3 3 7 2,000 0.400 0.90 0.400 10.0 10.0%" in found
    assert (
        "Verdict: best. Kept: 3 groups, evidence 0.400, stability 0.90, smallest group 10.0%."
        in (found)
    )


def test_a_run_without_a_search_says_so():
    none = report(trials=report().trials.iloc[:0])
    assert search_picture(none) == (None, None)
    assert kept_words(none) == ""

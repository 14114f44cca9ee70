"""Whether the run can be trusted."""

import pytest

from desirelines.report.page import render
from desirelines.report.quality import checks_of, health_of
from tests.support.report import GATES, report, section


@pytest.mark.parametrize(
    ("all_time", "this_run", "expected"),
    [
        (1000, 100, "rows read 100 ✓ 1,000 ✓ The sum is right."),
        (1001, 100, "rows read 100 ✓ 1,001 ✗ The sum is not the number of rows read."),
        (1000, 99, "rows read 99 ✗ 1,000 ✓ The sum is not the number of rows read."),
    ],
)
def test_the_sign_is_a_cross_when_sums_differ(all_time, this_run, expected):
    accounts = report().accounts.assign(rows_read=all_time, run_rows_read=this_run)
    page = render(report(accounts=accounts))
    assert expected in section(page, "rows")
    assert ("Rows of a source do not add up" in section(page, "overview")) == ("✗" in expected)


def test_a_sum_with_nothing_to_compare_with_has_no_sign():
    accounts = report().accounts.drop(columns=["rows_read", "run_rows_read"])
    text = section(render(report(accounts=accounts, gates={})), "rows")
    assert "1,000 Not checked" in text
    assert "The sum is" not in text


def test_checks_say_what_was_found_with_names_for_ids():
    checks = [
        {"name": "max_size_change", "value": 0.6, "limit": 0.5, "is_passed": False,
         "text": "the share of segment c1 changed by 60% of all people, c11 did not"},
        *GATES["checks"],
    ]  # fmt: skip
    data = report(gates=GATES | {"checks": checks, "forced": "a sale"})
    found = checks_of(data, {"c1": "often"})
    assert [(c.name, c.limit, c.sign) for c in found] == [
        ("Batches whose rows do not add up", "0", "✓"),
        ("Change of a segment's share", "0.5", "✗"),
        ("People that are gone", "0.5", "✓"),
        ("Shift of the groups' shares", "3.0", "–"),
    ]
    assert found[1].found == (
        "the share of segment “often” changed by 60% of all people, c11 did not"
    )
    assert health_of(data, found, ()) == (
        ("✗", "1 checks failed; it was published all the same, by hand: a sale."),
    )
    assert health_of(report(), checks_of(report(), {}), ())[0][1].startswith("All 2 checks passed")


def test_every_fate_that_occurs_is_explained(page):
    assert "duplicate the same event again, counted once" in section(page, "rows")
    assert "it arrived later than allowed" not in section(page, "rows")

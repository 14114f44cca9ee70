"""What the values of a column look like."""

import pytest

from desirelines.settings import value_formats


@pytest.mark.parametrize(
    ("check", "fitting", "others"),
    [
        ("is_number", ["7", "-1.5", " 2e3 ", "+0"], ["", "1,5", "0x1", "1.", "seven"]),
        ("is_epoch", ["1767225600", "1767225600000.0"], ["176722560", "1767225600.5", "x" * 12]),
        ("is_iso", ["2026-03-01", "2026-03-01T10:00:00Z", "2026-03-01 10:00:00 UTC"],
         ["20260301", "01.03.2026", "10:00", ""]),
        ("is_email", ["a@b", " ann@shop.example "], ["ann", "a@b@c", "a b@c", "@b"]),
        ("is_word", ["view", "Order completed"], ["v", "12.5", "x" * 61, ""]),
        ("is_any", ["", "x"], []),
    ],
)  # fmt: skip
def test_a_value_is_told_by_its_form(check, fitting, others):
    fits = getattr(value_formats, check)
    assert ([v for v in fitting if not fits(v)], [v for v in others if fits(v)]) == ([], [])


@pytest.mark.parametrize(
    ("values", "is_most"),
    [
        (["1"] * 7 + ["x"] * 3, True),  # seven of ten are enough
        (["1"] * 6 + ["x"] * 4, False),
        (["1"], True),
        ([], False),  # of nothing nothing is known
    ],
)
def test_real_rows_are_dirty(values, is_most):
    assert value_formats.most_fit(value_formats.is_number, values) is is_most

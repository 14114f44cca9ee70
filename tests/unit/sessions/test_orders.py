"""Orders, their parts, their repetitions and what goes back, in small examples."""

import numpy as np
import pytest

from desirelines.catalogue.kinds import KINDS
from desirelines.sessions.orders import BACK, PURCHASE, REFUND, Lines, Statements, orders_of

PAGE = KINDS.index("page")
NONE = np.zeros(0, dtype=np.int64)


def ints(values):
    return np.array(list(values), dtype=np.int64)


@pytest.mark.parametrize(
    ("what", "lines", "orders", "paid", "refunded"),
    [  # a line: time, kind, order number, content, amount
        ("three lines at once", [(1, PURCHASE, 7, c, 10) for c in (1, 2, 2)], [1, 0, 0], 30, 0),
        ("sent in two parts", [(1, PURCHASE, 7, 1, 10), (9, PURCHASE, 7, 2, 20)], [1, 0], 30, 0),
        ("told again", [(1, PURCHASE, 7, 1, 50), (9, PURCHASE, 7, 1, 50)], [1, 0], 50, 0),
        (
            "two lines told again in another order",
            [(at, PURCHASE, 7, c, 5 * c) for at, c in ((1, 1), (1, 10), (9, 10), (9, 1))],
            [1, 0, 0, 0], 55, 0,
        ),
        ("taken back", [(1, PURCHASE, 7, 1, 40), (9, BACK, 7, 3, -40)], [1, 0], 40, 40),
        ("a coupon among lines", [(1, PURCHASE, 7, 1, 40), (1, BACK, 7, 3, -5)], [1, 0], 35, 0),
        ("an exchange", [(1, PURCHASE, 7, 1, 20), (1, BACK, 7, 3, -50)], [0, 0], 0, 30),
        ("only returns", [(1, BACK, 7, 1, -9), (2, BACK, 0, 1, -1)], [0, 0], 0, 10),
        ("no numbers", [(1, PURCHASE, 0, 1, 10), (1, PURCHASE, 0, 1, 10)], [1, 1], 20, 0),
        ("two orders", [(1, PURCHASE, 7, 1, 10), (2, PURCHASE, 8, 1, 10)], [1, 1], 20, 0),
        ("a refund of its own", [(1, PURCHASE, 7, 1, 10), (2, REFUND, 7, 0, -4)], [1, 0], 10, 4),
        ("free", [(1, PURCHASE, 7, 1, 0)], [1], 0, 0),
        ("nothing bought", [(1, PAGE, 0, 0, 0)], [0], 0, 0),
    ],
)  # fmt: skip
def test_what_counts_as_an_order_and_what_its_money_is(what, lines, orders, paid, refunded):
    at, kind, order_no, content, amount = (ints(column) for column in zip(*lines, strict=True))
    got = orders_of(
        Lines(ints([0] * len(at)), at, kind, order_no, content, amount),
        Statements(NONE, NONE, NONE),
    )
    assert got.is_order.tolist() == [bool(order) for order in orders], what
    assert (amount[got.is_paid].sum(), got.refunded.sum()) == (paid, refunded), what
    assert BACK not in got.kind


def test_an_order_that_is_known_is_no_order_again_but_only_in_its_stream():
    lines = Lines(
        stream=ints([0, 0, 1]),
        at_us=ints([5, 6, 5]),
        kind=ints([PURCHASE] * 3),
        order_no=ints([7, 7, 7]),
        content=ints([1, 2, 1]),
        amount=ints([10, 20, 30]),
    )
    got = orders_of(lines, Statements(ints([0]), ints([7]), ints([1])))
    assert got.is_order.tolist() == [False, False, True]
    assert got.is_paid.tolist() == [False, True, True]
    assert (got.said_at.tolist(), got.said.content.tolist()) == ([1, 2], [2, 1])

"""Which lines of purchases are orders, parts of orders, repetitions or returns. Pure numpy.

A statement is what is said of one order at one moment: the lines of a stream with one order number
and one time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from desirelines.catalogue.kinds import KINDS
from desirelines.kernels.groups import Flags, Ints, group_starts, sort_order

PURCHASE, REFUND = KINDS.index("purchase"), KINDS.index("refund")
BACK = len(KINDS)
"""Number, in place of a kind's, of a purchase line with a negative amount or quantity."""
KNOWN = len(KINDS) + 1
"""Number, in place of a kind's, of a row that is no event: a statement of an earlier session."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Events of streams, in order, with what is said of orders.

    Attributes:
        stream: number of each event's stream.
        at_us: time of each event.
        kind: number of each event's kind, or BACK.
        order_no: number for the order of each event, 0 for none.
        content: a hash of the line of each event that is a purchase.
        amount: money of each event.
    """

    stream: Ints
    at_us: Ints
    kind: Ints
    order_no: Ints
    content: Ints
    amount: Ints


@dataclass(frozen=True, slots=True)
class Statements:
    """Statements of orders, as arrays: stream, order number and the sum of the lines' hashes."""

    stream: Ints
    order_no: Ints
    content: Ints


@dataclass(frozen=True, slots=True)
class Orders:
    """What each event is.

    Attributes:
        kind: number of its kind; a returned line is a refund.
        is_order: whether it stands for an order: its first line, or a purchase without a number.
        is_paid: whether it is a purchase whose money counts: no repetition.
        refunded: money that it gives back.
        said_at: place of the first line of each statement that is no repetition and no return.
        said: these statements.
        statement: number in `said` of the statement of each event, -1 for none.
    """

    kind: Ints
    is_order: Flags
    is_paid: Flags
    refunded: Ints
    said_at: Ints
    said: Statements
    statement: Ints


def orders_of(lines: Lines, known: Statements) -> Orders:
    """Tell orders from their parts, repetitions and returns.

    A statement without a line that is bought, or whose lines sum up to less than nothing, is a
    return, and so is a negative line without an order number. Of the other statements of an order
    the first is the order. A later one with the lines of an earlier one repeats it, as a page does
    that is loaded again. A later one with other lines is a part of the order: its money counts, but
    it is no order. `known` are statements of the same streams from before.
    """
    kind = lines.kind.copy()
    is_line = (kind == PURCHASE) | (kind == BACK)
    is_back = kind == BACK
    numbered = np.flatnonzero(is_line & (lines.order_no != 0))
    order, starts = group_starts(
        (lines.stream[numbered], lines.order_no[numbered], lines.at_us[numbered])
    )
    rows = numbered[order]
    statement = np.cumsum(np.isin(np.arange(len(rows)), starts)) - 1
    first = rows[starts]
    is_order, is_paid = is_line & (lines.order_no == 0) & ~is_back, is_line.copy()
    if len(first):
        bought = np.logical_or.reduceat(kind[rows] == PURCHASE, starts)
        returned = ~bought | (np.add.reduceat(lines.amount[rows], starts) < 0)
        is_back[rows] = returned[statement]
    is_paid &= ~is_back
    said = np.flatnonzero(~is_back[first])
    content = np.add.reduceat(lines.content[rows], starts)[said] if len(first) else first
    at = first[said]
    statements = Statements(lines.stream[at], lines.order_no[at], content)
    is_first, is_repeated = _compared(statements, lines.at_us[at], known)
    is_order[at[is_first]] = True
    repeated = np.zeros(len(first), dtype=bool)
    repeated[said[is_repeated]] = True
    is_paid[rows[repeated[statement]]] = False
    kind[is_line] = np.where(is_back[is_line], REFUND, PURCHASE)
    refunded = np.where(is_back, -lines.amount, np.where(kind == REFUND, np.abs(lines.amount), 0))
    new = ~is_repeated
    said_as, said_in = np.full(len(first), -1), np.full(len(kind), -1)
    said_as[said[new]] = np.arange(np.count_nonzero(new))
    said_in[rows] = said_as[statement]
    return Orders(
        kind,
        is_order,
        is_paid,
        refunded,
        at[new],
        Statements(statements.stream[new], statements.order_no[new], content[new]),
        said_in,
    )


def _compared(statements: Statements, at_us: Ints, known: Statements) -> tuple[Flags, Flags]:
    """Whether each statement is the first of its order, and whether it repeats an earlier one."""
    count, before = len(at_us), len(known.stream)
    stream = np.concatenate((known.stream, statements.stream))
    order_no = np.concatenate((known.order_no, statements.order_no))
    content = np.concatenate((known.content, statements.content))
    is_new = np.concatenate((np.zeros(before, np.int64), np.ones(count, np.int64)))
    time = np.concatenate((np.zeros(before, np.int64), at_us))
    is_first, is_repeated = np.zeros(before + count, dtype=bool), np.ones(before + count, bool)
    if count:
        by_time = sort_order((is_new, time))
        for keys, flags, value in (
            ((stream, order_no), is_first, True),
            ((stream, order_no, content), is_repeated, False),
        ):
            order, starts = group_starts(tuple(key[by_time] for key in keys))
            flags[by_time[order[starts]]] = value
    return is_first[before:], is_repeated[before:]

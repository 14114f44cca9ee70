"""Small groups: withhold numbers so that no subtraction reveals a group of one to nine people.

See ADR 9. Everything here is about *parts*. The main segments (clusters and too_little_data) divide
everybody, so their counts add up to the count of everybody. A rule segment and the rest of
everybody also divide everybody. A withheld number can be any number, also 0: it is small itself, or
it would allow another one to be computed, and a reader cannot tell which.

A small cell of a table is safe when people can be exchanged without changing any published number:
as many people move into the small cell as make it ten, as many leave withheld cells of its row and
of its column, and as many enter the cells where these columns and rows meet. The table after the
exchange has the same sums and the same published cells, so no reader can exclude it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from desirelines.tables import EVERYBODY, SMALL_GROUP

Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def is_small(count: int) -> bool:
    """Whether a count is one to nine people."""
    return 0 < count < SMALL_GROUP


def small(count: Column) -> Column:
    """Whether a count is one to nine people; null for null."""
    return (count > 0) & (count < SMALL_GROUP)


def hidden_parts(sizes: Mapping[str, int]) -> frozenset[str]:
    """The parts whose sizes are withheld, when all parts add up to a published whole.

    These are the small parts, and the next smallest ones until together they have ten people; on
    equal size, the name that sorts first. The whole minus the published sizes is then 0, or at
    least ten people of two parts.
    """
    hidden = {name for name, size in sizes.items() if is_small(size)}
    for _, name in sorted((size, name) for name, size in sizes.items() if size >= SMALL_GROUP):
        if not is_small(sum(sizes[h] for h in hidden)):
            break
        hidden.add(name)
    return frozenset(hidden)


def is_publishable(people: Column, *key: str, overlapping: Collection[str] = ()) -> Column:
    """Whether a count of people per segment_id, and of everybody, may be published with its row.

    Rows with one key are about the same thing, such as one transition between steps. A count under
    ten is withheld. If everybody minus the published main segments would be one to nine people, the
    smallest of these segments is withheld as well, the first by id on a tie. A rule segment (in
    `overlapping`) is withheld if the rest of everybody would be one to nine people. Uses a window
    over `key`.
    """
    segment, window = F.col("segment_id"), Window.partitionBy(*key)
    is_all = segment == EVERYBODY
    is_rule = segment.isin(*sorted(overlapping)) if overlapping else F.lit(False)
    is_enough = people >= SMALL_GROUP
    is_part = ~is_all & ~is_rule & is_enough
    everybody = F.max(F.when(is_all, people)).over(window)
    rest = everybody - F.coalesce(F.sum(F.when(is_part, people)).over(window), F.lit(0))
    by_size = F.struct(people.alias("n"), segment.alias("s"))
    smallest = F.min(F.when(is_part, by_size)).over(window)["s"]
    is_withheld = (is_part & small(rest) & (segment == smallest)) | (
        is_rule & small(everybody - people)
    )
    return F.coalesce(is_enough & ~F.coalesce(is_withheld, F.lit(False)), F.lit(False))


def keep_publishable(cells: DataFrame, *key: str, overlapping: Collection[str] = ()) -> DataFrame:
    """Keep the rows whose people_count may be published (see `is_publishable`).

    Takes one shuffle, of the rows with at least ten people.
    """
    large = cells.filter(F.col("people_count") >= SMALL_GROUP)
    is_kept = is_publishable(F.col("people_count"), *key, overlapping=overlapping)
    return large.withColumn("_is_kept", is_kept).filter("_is_kept").drop("_is_kept")


def hidden_cells(
    people: Counts,
    *,
    whole: int | None = None,
    hidden: Flags | None = None,
    open_rows: Flags | None = None,
    open_columns: Flags | None = None,
    cost: Counts | None = None,
    is_exact: bool = True,
) -> Flags | None:
    """Cells to withhold in a table with known row and column sums; null: withhold the whole table.

    Rows are parts, columns what they did. Cells of one to nine people, `hidden` cells and open rows
    and columns are withheld from the start. If a small cell is not safe, two rows and two columns
    are withheld: of all such squares the one with the fewest additional people; on a tie the first
    by row, then by column.

    Args:
        people: people in each cell.
        whole: number of the row that is the sum of the other rows, if there is one; else the sums
            of columns are known from elsewhere.
        hidden: further cells to withhold.
        open_rows: rows of which only the sum over all of them is known; people can move among them.
        open_columns: the same for columns.
        cost: what withholding a cell costs, its people by default. A reader does not know that a
            cell without people and without a cost is empty.
        is_exact: whether a person is in one cell of a row only, so that people of cells add up. If
            not, the other cell of the row must itself have ten people, so that the withheld cells
            of the row have ten as well.
    """
    height, width = people.shape
    of_rows = np.zeros(height, dtype=bool) if open_rows is None else open_rows
    of_columns = np.zeros(width, dtype=bool) if open_columns is None else open_columns
    is_small_cell = (people > 0) & (people < SMALL_GROUP)
    gone: Flags = is_small_cell | of_rows[:, None] | of_columns[None, :]
    if hidden is not None:
        gone |= hidden
    table = _Table(people, people if cost is None else cost, whole, is_exact)
    for row, column in np.argwhere(is_small_cell):
        if row == whole:
            continue
        cell = _SmallCell(
            row,
            column,
            rows=of_rows if of_rows[row] else np.arange(height) == row,
            columns=of_columns if of_columns[column] else np.arange(width) == column,
        )
        if table.is_safe(cell, gone):
            continue
        square = table.cheapest_square(cell, gone)
        if square is None:
            return None
        other_row, other_column = square
        gone[row, other_column] = gone[other_row, column] = gone[other_row, other_column] = True
    return gone


@dataclass(frozen=True, slots=True)
class _SmallCell:
    """A small cell, and the rows and columns among which its people can move."""

    row: int
    column: int
    rows: Flags
    columns: Flags


@dataclass(frozen=True, slots=True)
class _Table:
    """The table of `hidden_cells`; the meaning of the fields is the same there."""

    people: Counts
    cost: Counts
    whole: int | None
    is_exact: bool

    @property
    def parts(self) -> Flags:
        """Which rows are parts."""
        return np.array([row != self.whole for row in range(len(self.people))])

    def missing(self, cell: _SmallCell) -> int:
        """How many people the cell lacks to have ten."""
        return SMALL_GROUP - int(self.people[cell.row, cell.column])

    def has_small_whole(self, cell: _SmallCell, gone: Flags) -> bool:
        """Whether the whole has a withheld cell of fewer than ten people in the column."""
        return bool(
            gone[self.whole, cell.column] and self.people[self.whole, cell.column] < SMALL_GROUP
        )

    def is_safe(self, cell: _SmallCell, gone: Flags) -> bool:
        """Whether the cells withheld so far allow the exchange that hides the small cell."""
        if self.people[np.ix_(cell.rows, cell.columns)].sum() >= SMALL_GROUP:
            return True  # hidden among the open cells
        rows, columns, missing = cell.rows, cell.columns, self.missing(cell)
        withheld = np.where(gone, self.people, 0)
        in_row = np.where(columns, 0, withheld[rows].sum(axis=0))
        in_column = np.where(rows, 0, withheld[:, columns].sum(axis=1))
        meets = gone | (self.cost == 0)
        if self.whole is not None:
            in_column[self.whole] = missing if gone[self.whole, cell.column] else 0
            meets[self.whole] = gone[self.whole]
            if self.has_small_whole(cell, gone):
                in_column[self.parts] = 0
        is_enough = self.is_exact or in_row.max() >= SMALL_GROUP
        return bool(is_enough and _can_change(in_row, in_column, meets, missing))

    def cheapest_square(self, cell: _SmallCell, gone: Flags) -> tuple[int, int] | None:
        """Another row and column to withhold with those of the cell; null when there are none."""
        rows, columns, missing = cell.rows, cell.columns, self.missing(cell)
        beside = self.people[rows].sum(axis=0) >= (missing if self.is_exact else SMALL_GROUP)
        beside[columns] = False
        below = self.parts & (self.people[:, columns].sum(axis=1) >= missing)
        if self.whole is not None:
            # The whole takes part with the opposite sign: people who move in a part move in it too.
            below[self.whole] = True
            if self.has_small_whole(cell, gone):
                below &= ~self.parts
        below[rows] = False
        if not beside.any() or not below.any():
            return None
        more = np.where(gone, 0, self.cost)
        total = more[cell.row][None, :] + more[:, cell.column][:, None] + more
        total = np.where(below[:, None] & beside[None, :], total, np.iinfo(np.int64).max)
        other_row, other_column = np.unravel_index(int(np.argmin(total)), total.shape)
        return int(other_row), int(other_column)


def _can_change(in_row: Counts, in_column: Counts, meets: Flags, count: int) -> bool:
    """Whether `count` people can leave cells of the row and of the column for where these meet.

    The largest cells are tried first.
    """
    row, column = in_row.copy(), in_column.copy()
    for c in np.argsort(-row, kind="stable"):
        for r in np.argsort(-column, kind="stable"):
            moved = min(int(row[c]), int(column[r]), count) if meets[r, c] else 0
            row[c] -= moved
            column[r] -= moved
            count -= moved
            if not count:
                return True
        if not row[c] and not column.any():
            break
    return False


def hidden_of_rule(
    people: Counts, whole: Counts, gone_of_whole: Flags, *, is_exact: bool = True
) -> Flags | None:
    """Cells to withhold of a rule segment beside those of everybody; null for all.

    Works like `hidden_cells`, with the segment and the rest of everybody as the parts.
    """
    rest = whole - people
    gone = (people > 0) & (people < SMALL_GROUP)
    for column in range(len(people)):
        if is_small(int(people[column])):
            missing = SMALL_GROUP - int(people[column])
            beside = people >= (missing if is_exact else SMALL_GROUP)
            others = gone & (np.arange(len(people)) != column)
            if whole[column] < SMALL_GROUP:
                beside &= gone_of_whole
                others &= gone_of_whole
            if is_exact and people[others].sum() >= missing:
                continue
        elif is_small(int(rest[column])) and people[column] > 0:
            missing = SMALL_GROUP - int(rest[column])
            beside = (rest >= missing) & (people >= SMALL_GROUP)
        else:
            continue
        beside[column] = False
        if not beside.any():
            return None
        more = np.where(beside, np.where(gone, 0, people), np.iinfo(np.int64).max)
        gone[column] = gone[int(np.argmin(more))] = True
    return gone


def published_cuts(
    cuts: Sequence[float], shares: Sequence[float], people: int
) -> list[float | None]:
    """Quantiles that may be published; null for the others.

    At least ten people lie between a published quantile and both ends, and between it and the
    published quantile before it.
    """
    published: list[float | None] = []
    last = 0.0
    for cut, share in zip(cuts, shares, strict=True):
        is_enough = min(share - last, 1.0 - share) * people >= SMALL_GROUP - 1e-9
        published.append(cut if is_enough else None)
        last = share if is_enough else last
    return published

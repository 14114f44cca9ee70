"""Small groups: numbers to withhold, so that no subtraction gives a group of 1 to 9 people.

See ADR 9. Everything here is about *parts*: the main segments (clusters and too_little_data) divide
everybody, so their counts add up to everybody. A rule segment and the rest of everybody are two
parts of their own. A number is withheld because it is small itself, or because it protects another
from being computed. To a reader it may be any number, 0 included: the two cases look the same.
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
    """Whether a count is of one to nine people."""
    return 0 < count < SMALL_GROUP


def publishable_count(count: int, of: int) -> int | None:
    """A count of people of a whole; null where it, or the rest of the whole, is small."""
    return None if is_small(count) or is_small(of - count) else count


def small(count: Column) -> Column:
    """Whether a count is of one to nine people; null for null."""
    return (count > 0) & (count < SMALL_GROUP)


def hidden_parts(sizes: Mapping[str, int]) -> frozenset[str]:
    """Parts of a published whole whose sizes are withheld.

    They are the small ones, and the next smallest until together they are at least ten; on equal
    size the name that comes first. The whole less the published sizes is then 0, or at least ten
    people of two parts.
    """
    hidden = {name for name, size in sizes.items() if is_small(size)}
    for _, name in sorted((size, name) for name, size in sizes.items() if size >= SMALL_GROUP):
        if not is_small(sum(sizes[h] for h in hidden)):
            break
        hidden.add(name)
    return frozenset(hidden)


def is_publishable(people: Column, *key: str, overlapping: Collection[str] = ()) -> Column:
    """Whether a count of people per segment_id, and of everybody, may be published with its row.

    Rows of one key count the same action, such as one transition from step to step. A count under
    ten is withheld. Where everybody less the remaining main segments would be one to nine people,
    the smallest of these segments is withheld as well, the first by id on a tie. A segment of
    `overlapping` (of the rules) is withheld where the rest of everybody would be one to nine. A
    window over `key`.
    """
    segment, place = F.col("segment_id"), Window.partitionBy(*key)
    is_all = segment == EVERYBODY
    is_rule = segment.isin(*sorted(overlapping)) if overlapping else F.lit(False)
    is_enough = people >= SMALL_GROUP
    is_part = ~is_all & ~is_rule & is_enough
    everybody = F.max(F.when(is_all, people)).over(place)
    rest = everybody - F.coalesce(F.sum(F.when(is_part, people)).over(place), F.lit(0))
    first = F.min(F.when(is_part, F.struct(people.alias("n"), segment.alias("s")))).over(place)["s"]
    goes = (is_part & small(rest) & (segment == first)) | (is_rule & small(everybody - people))
    return F.coalesce(is_enough & ~F.coalesce(goes, F.lit(False)), F.lit(False))


def keep_publishable(cells: DataFrame, *key: str, overlapping: Collection[str] = ()) -> DataFrame:
    """Keep the rows whose people_count may be published (see `is_publishable`).

    A row is kept or dropped as a whole. One shuffle, of rows of at least ten people.
    """
    enough = cells.filter(F.col("people_count") >= SMALL_GROUP)
    may_publish = is_publishable(F.col("people_count"), *key, overlapping=overlapping)
    marked = enough.withColumn("_is_publishable", may_publish)
    return marked.filter("_is_publishable").drop("_is_publishable")


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
    """Cells to withhold of a table with known row and column sums; null for the whole table.

    Rows are parts, columns what they did. `whole` is the number of the row that is the sum of the
    other rows, if it is in the table; else the sums of columns are known from elsewhere. Of
    `open_rows` and `open_columns` only the sum over all of them is known, so all their cells are
    withheld. Withheld from the start are also cells of one to nine people, and those of `hidden`.

    For each small cell, people must be able to change places in thought: as many more in the small
    cell as make it ten, as many fewer in withheld cells beside and below it, as many more where
    these meet. That imagined table has the same sums and the same published cells, so no reader can
    exclude it. Where they cannot change places, two columns and two rows are withheld: of all such
    squares the one that costs the fewest people more, on a tie the first by row, then by column. In
    open rows and columns people may change places with any other open one.

    `cost` is what withholding a cell costs, its people unless given. A reader does not know
    that a cell without people and without a cost is empty. `is_exact`: a person is in one cell of a
    row only, so the people of cells add up. Otherwise the cell beside must itself have ten people,
    so that what is withheld of a row has ten, too.
    """
    height, width = people.shape
    of_rows = np.zeros(height, dtype=bool) if open_rows is None else open_rows
    of_columns = np.zeros(width, dtype=bool) if open_columns is None else open_columns
    parts = np.array([row != whole for row in range(height)])
    table = _Table(people, people if cost is None else cost, whole, parts, is_exact)
    is_small_cell: Flags = (people > 0) & (people < SMALL_GROUP)
    gone: Flags = is_small_cell | of_rows[:, None] | of_columns[None, :]
    if hidden is not None:
        gone |= hidden
    for row, column in np.argwhere(is_small_cell):
        if not parts[row]:
            continue
        rows = of_rows if of_rows[row] else np.arange(height) == row
        columns = of_columns if of_columns[column] else np.arange(width) == column
        if people[np.ix_(rows, columns)].sum() >= SMALL_GROUP:
            continue  # the open cells have enough people together
        cell = _SmallCell(row, column, SMALL_GROUP - int(people[row, column]), rows, columns)
        if _is_hidden_enough(table, gone, cell):
            continue
        square = _cheapest_square(table, gone, cell)
        if square is None:
            return None
        other_row, other_column = square
        gone[row, other_column] = gone[other_row, column] = gone[other_row, other_column] = True
    return gone


@dataclass(frozen=True, slots=True)
class _Table:
    """The table of `hidden_cells`: people and price of each cell, which row is the whole."""

    people: Counts
    price: Counts
    whole: int | None
    parts: Flags
    is_exact: bool


@dataclass(frozen=True, slots=True)
class _SmallCell:
    """A small cell, the people it lacks to ten, and the rows and columns that stand for its own."""

    row: int
    column: int
    missing: int
    rows: Flags
    columns: Flags


def _is_hidden_enough(table: _Table, gone: Flags, cell: _SmallCell) -> bool:
    """Whether people can change places between the cell and cells that are withheld already."""
    people, whole, column = table.people, table.whole, cell.column
    rows, columns = cell.rows, cell.columns
    in_row = np.where(columns, 0, np.where(gone[rows], people[rows], 0).sum(axis=0))
    in_column = np.where(rows, 0, np.where(gone[:, columns], people[:, columns], 0).sum(axis=1))
    meets = gone | (table.price == 0)
    if whole is not None:
        is_in_whole = bool(gone[whole, column])
        in_column[whole] = cell.missing if is_in_whole else 0
        meets = meets & table.parts[:, None]
        meets[whole] = gone[whole]
        if is_in_whole and people[whole, column] < SMALL_GROUP:
            in_column[table.parts] = 0
    if not table.is_exact and in_row.max() < SMALL_GROUP:
        return False
    return _can_change(in_row, in_column, meets, cell.missing)


def _cheapest_square(table: _Table, gone: Flags, cell: _SmallCell) -> tuple[int, int] | None:
    """The other row and column of the square to withhold for a small cell; null for none."""
    people, whole, row, column = table.people, table.whole, cell.row, cell.column
    beside = people[cell.rows].sum(axis=0) >= (cell.missing if table.is_exact else SMALL_GROUP)
    beside[cell.columns] = False
    below = table.parts & (people[:, cell.columns].sum(axis=1) >= cell.missing)
    if whole is not None:
        # The whole takes part with the other sign: what moves in the part moves in it as well.
        below[whole] = True
        if gone[whole, column] and people[whole, column] < SMALL_GROUP:
            below &= ~table.parts
    below[cell.rows] = False
    if not beside.any() or not below.any():
        return None
    more = np.where(gone, 0, table.price)
    total = more[row][None, :] + more[:, column][:, None] + more
    total = np.where(below[:, None] & beside[None, :], total, np.iinfo(np.int64).max)
    other_row, other_column = np.unravel_index(int(np.argmin(total)), total.shape)
    return int(other_row), int(other_column)


def _can_change(in_row: Counts, in_column: Counts, meets: Flags, count: int) -> bool:
    """Whether people can leave the cells of a row and of a column and meet where these cross.

    `count` people must be able to. The largest cells are tried first.
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
    """Cells to withhold of a rule segment beside everybody's; null for all.

    The rule is that of `hidden_cells`, for the segment and its rest.
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
    """Quantiles that may be published, null for the others.

    Each published one cuts off at least ten people, from either end and from the last published
    one.
    """
    published: list[float | None] = []
    last = 0.0
    for cut, share in zip(cuts, shares, strict=True):
        is_enough = min(share - last, 1.0 - share) * people >= SMALL_GROUP - 1e-9
        published.append(cut if is_enough else None)
        last = share if is_enough else last
    return published

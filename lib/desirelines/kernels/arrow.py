"""Regroup Arrow batches so that each has complete people; their columns as numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from desirelines.kernels.groups import Ints


def whole_people(batches: Iterator[pa.RecordBatch], *others: str) -> Iterator[pa.RecordBatch]:
    """Yield the rows in batches that have all rows of each of their people.

    The last person of a batch is held back, because the next batch may continue with them. Rows
    must be sorted by `person_id`; the order starts again where one of the `others` changes.

    Raises:
        ValueError: rows are not sorted by person.
    """
    kept: list[pa.RecordBatch] = []
    for batch in batches:
        if not batch.num_rows:
            continue
        if kept:
            _refuse_disorder(
                pa.concat_batches([kept[-1].slice(kept[-1].num_rows - 1), batch.slice(0, 1)]),
                others,
            )
        _refuse_disorder(batch, others)
        is_last = _same(batch, others, batch.num_rows - 1)
        cut = int(pc.index(is_last, True).as_py())
        goes_on = bool(kept) and _is_of(kept[-1], batch, others)
        if cut or (kept and not goes_on):
            yield pa.concat_batches([*kept, batch.slice(0, cut)])
            kept = []
        kept.append(batch.slice(cut))
    if kept:
        yield pa.concat_batches(kept)


def whole_numbers(values: pa.Array, null: int | None = None) -> Ints:
    """The values as integers; `null` replaces nulls. Without it, there must be no nulls."""
    filled = values if null is None else values.fill_null(null)
    numbers: Ints = filled.to_numpy(zero_copy_only=False).astype(np.int64)
    return numbers


def flat_lists(values: pa.Array) -> tuple[Ints, pa.Array]:
    """Flatten lists: the row number of each element, and the elements. A null list has none."""
    sizes = whole_numbers(pc.list_value_length(values), 0)
    return np.repeat(np.arange(len(sizes), dtype=np.int64), sizes), values.flatten()


def _same(rows: pa.RecordBatch, others: tuple[str, ...], place: int) -> pa.Array:
    """Whether each row is of the same person as the row at `place`."""
    same = pc.equal(rows.column("person_id"), rows.column("person_id")[place])
    for other in others:
        same = pc.and_(same, pc.equal(rows.column(other), rows.column(other)[place]))
    return same


def _is_of(rows: pa.RecordBatch, following: pa.RecordBatch, others: tuple[str, ...]) -> bool:
    """Whether the following rows begin with the person with whom the rows end."""
    return all(
        rows.column(c)[-1].as_py() == following.column(c)[0].as_py() for c in ("person_id", *others)
    )


def _refuse_disorder(rows: pa.RecordBatch, others: tuple[str, ...]) -> None:
    person = rows.column("person_id")
    sort_order = pc.less_equal(person[:-1], person[1:])
    for other in others:
        values = rows.column(other)
        sort_order = pc.or_(sort_order, pc.not_equal(values[:-1], values[1:]))
    if not pc.all(sort_order, min_count=0).as_py():
        raise ValueError(
            "rows of a person are not together: pass the table through colocated_by_person first"
        )

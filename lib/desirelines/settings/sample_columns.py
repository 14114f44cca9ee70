"""The columns of a sample of rows, each with its values and a plain name to recognise it by."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from desirelines.characters import MOST_SHOWN, plain_text
from desirelines.settings.name_patterns import CONTAINERS, PARENT_TELLS
from desirelines.settings.value_formats import MOSTLY, most_fit


class SampleColumns:
    """The columns of a sample; each column can be taken once."""

    def __init__(self, rows: Sequence[Mapping[str, str | None]]) -> None:
        names = dict.fromkeys(n for row in rows for n in row if is_writable(n))
        self.rows = rows
        self.filled = {n: [v for row in rows if (v := row.get(n)) not in (None, "")] for n in names}
        self._free = [n for n in names if self.filled[n]]

    def take(
        self,
        pattern: str,
        fits: Callable[[str], bool] | None = None,
        *,
        is_unique: bool = False,
        repeats: bool = False,
    ) -> str | None:
        """The first free column whose plain name matches and whose values fit.

        With `is_unique`, almost every row must have a different value; with `repeats`, they must
        not.
        """
        for column in self._free:
            values = self.filled[column]
            is_different = len(set(values)) >= MOSTLY * len(self.rows)
            fitting = (
                (fits is None or most_fit(fits, values))
                and (is_different or not is_unique)
                and not (repeats and is_different)
            )
            if fitting and re.search(pattern, plain_name(column)):
                return self.take_this(column)
        return None

    def take_this(self, column: str) -> str:
        """The column, no longer free."""
        self._free.remove(column)
        return column

    def left(self) -> list[str]:
        """The free columns that have values, in the order of the rows."""
        return list(self._free)

    def is_nearly_always_filled(self, column: str) -> bool:
        """Whether nearly every row has a value."""
        return len(self.filled[column]) >= MOSTLY * len(self.rows)

    def variety(self, column: str) -> float:
        """Entropy of the column's values in bits: 0 for a constant, 1 for two equally frequent."""
        counts = Counter(self.filled[column])
        shares = [n / counts.total() for n in counts.values()]
        return -sum(share * math.log2(share) for share in shares) if len(shares) > 1 else 0.0

    def names_of(self, column: str) -> list[str]:
        """The column's different values that can be written to a file, sorted."""
        return sorted(name for name in set(self.filled[column]) if is_writable(name))


def plain_name(column: str) -> str:
    """Last part of a dotted path, in lower case with underscores: order_id of `props.orderId`.

    A part that means little by itself keeps the part before it: actor_id of `actor.id`.
    """
    parts = [_snake_case(part) for part in column.split(".")]
    above = parts[-2] if len(parts) > 1 else ""
    tells = re.fullmatch(PARENT_TELLS, parts[-1]) and not re.fullmatch(CONTAINERS, above)
    return f"{above}_{parts[-1]}" if above and tells else parts[-1]


def _snake_case(part: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", part)
    return words.lower().replace("-", "_").replace(" ", "_")


def is_writable(name: str) -> bool:
    """Whether a name from the rows can be written to a file.

    Invisible characters could pass for lines of the mapping.
    """
    try:
        return plain_text(name) == name and len(name) <= MOST_SHOWN
    except ValueError:
        return False

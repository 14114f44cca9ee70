"""What the properties of counted features are tried on."""

from math import isnan

import numpy as np
import pytest
from hypothesis import strategies as st

from desirelines.features.purchase_timing import Spans
from desirelines.features.window import DAY_US

PEOPLE = 3
HALF_DAYS = DAY_US // 2
owners = st.integers(0, PEOPLE - 1)


def ints(values):
    return np.array(list(values), dtype=np.int64)


def known(values):
    return [None if isnan(v) else pytest.approx(v) for v in values]


# so that thirty days between two of them are not rare
half_days = st.integers(0, 6) | st.integers(58, 66)
spans = st.lists(st.tuples(owners, half_days, st.integers(0, 4)), max_size=8)


def spans_of(rows):
    return Spans(
        ints(o for o, _, _ in rows),
        ints(begin * HALF_DAYS for _, begin, _ in rows),
        ints((begin + length) * HALF_DAYS for _, begin, length in rows),
    )

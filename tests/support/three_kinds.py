"""Three kinds of people who differ in how often they order and come; a third never ordered."""

import numpy as np

PEOPLE = 240


def plain(value):
    """A numpy number as a Python number."""
    return value.item() if isinstance(value, np.generic) else value


def recency(n):
    return (0, 20.0, 2.0)[n % 3] + (n % 4) * 0.1

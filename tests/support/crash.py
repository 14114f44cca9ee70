"""A driver that dies at a write, in process; and a clock that a test sets."""

from contextlib import contextmanager
from datetime import datetime

import pytest

from desirelines.io.tables.store import Warehouse
from desirelines.run import opening


class DiedError(Exception):
    """No code handles it, as no code handles a kill."""


@contextmanager
def dying_before(table):
    """Every write to a table from here on is the driver's last."""
    save = Warehouse._save

    def dying(self, rows, into, *how):
        if into.name == table.name:
            raise DiedError(table.name)
        save(self, rows, into, *how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Warehouse, "_save", dying)
        yield


@contextmanager
def at(moment):
    """The command's clock is fixed at a moment."""

    class Standing(datetime):
        @classmethod
        def now(cls, tz=None):
            return moment if tz is None else moment.astimezone(tz)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "datetime", Standing)
        yield

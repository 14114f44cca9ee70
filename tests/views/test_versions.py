"""Maintenance makes new versions of tables with the same rows: by these nothing is new."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from desirelines.io.tables.ledger import DONE, FAILED, MAINTAIN, State
from desirelines.views.versions import version_of_rows

AT = datetime(2026, 3, 1, tzinfo=UTC)


def state(found, left, **changes):
    plain = State(
        "m", MAINTAIN, 1, 1, DONE, None, None, json.dumps(found), json.dumps(left), "h", 0, AT, AT
    )  # fmt: skip
    return replace(plain, **changes)


STATES = [
    state({"events": 5, "consents": 2}, {"events": 8, "consents": 3}),
    state({"events": 8}, {"events": 9, "quarantined_events": 4}),  # rows of quarantine expired
    state({"events": 11}, {"events": 12}, status=FAILED),
    state({"events": 9}, {"events": 13}, phase="build-sessions"),
]


@pytest.mark.parametrize(
    ("table", "version", "expected"),
    [
        ("events", 9, 5),  # by two commands, one after the other
        ("events", 8, 5),
        ("events", 10, 10),  # rows came since
        ("events", 7, 7),  # between two commits of one command: nobody saw it
        ("consents", 3, 2),
        ("quarantined_events", 4, 4),  # other rows than before
        ("events", 12, 12),  # it failed
        ("events", 13, 13),  # a stage, not maintenance
        ("suppressions", None, None),
    ],
)
def test_the_version_that_rows_had_before_maintenance(table, version, expected):
    assert version_of_rows(STATES, table, version) == expected


def test_without_states_a_version_is_itself():
    assert version_of_rows([], "events", 3) == 3

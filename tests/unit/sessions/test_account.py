"""Where each event went when sessions were built."""

import pytest

from desirelines.sessions.account import Account


def account(events, in_sessions, bots=0, without_consent=0, over_the_cap=0, *, all_events=True):
    return Account(events, in_sessions, bots, without_consent, over_the_cap, 1, all_events)


@pytest.mark.parametrize(
    ("given", "adds_up", "words"),
    [
        (account(1200, 1200), True, "1,200 events: none left out"),
        (account(10, 7, 1, 2), True, "10 events: 1 of bots, 2 without consent"),
        (account(10, 6, 0, 0, 4, all_events=False), True, "10 events touched: 4 over the cap"),
        (account(10, 9), False, "10 events: none left out"),
        (account(0, 0), True, "0 events: none left out"),
    ],
)
def test_every_event_went_somewhere(given, adds_up, words):
    assert (given.adds_up, str(given)) == (adds_up, words)


def test_sessions_that_were_found_to_be_of_bots_are_counted_with_the_bots():
    assert account(10, 7, 1).with_more_bots(2) == account(10, 7, 3)

"""Usual names of columns and events, and what they mean."""

import re

import pytest

from desirelines.catalogue.kinds import KINDS as ALL_KINDS
from desirelines.settings import name_patterns


@pytest.mark.parametrize(
    ("patterns", "name", "meaning"),
    [
        ("TIMES", "collector_tstamp", "received_at"),
        ("TIMES", "dvce_sent_tstamp", "sent_at"),
        ("TIMES", "created", "occurred_at"),
        ("VALUES", "message_id", "event_id"),
        ("VALUES", "invoice_no", "order_id"),
        ("VALUES", "stock_code", "item_id"),
        ("IDS", "anonymous_id", "cookie"),
        ("IDS", "domain_userid", "cookie"),
        ("IDS", "userid", "user"),
        ("IDS", "e_mail", "email"),
        ("KINDS", "order_refunded", "refund"),
        ("KINDS", "product_removed_from_cart", "cart_remove"),
        ("KINDS", "product_viewed", "product_view"),
        ("KINDS", "email_link_clicked", "email_clicked"),
        ("KINDS", "signed_up", "signup"),
    ],
)
def test_the_first_pattern_that_fits_gives_the_meaning(patterns, name, meaning):
    found = (m for m, p in getattr(name_patterns, patterns).items() if re.search(p, name))
    assert next(found) == meaning


def test_every_kind_that_is_guessed_is_one_and_every_stream_has_a_pattern():
    assert set(name_patterns.KINDS) <= set(ALL_KINDS)
    assert set(name_patterns.STREAM_ORDER) == set(name_patterns.IDS)
    assert set(name_patterns.NUMBERS) <= set(name_patterns.VALUES)

"""Receipts of erasure: each is chained to the one before, so that none can be changed or lost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

FIRST = "0" * 64
"""What stands for the digest before the first receipt."""


def digest_of(previous: str, number: int, request_id: str, body: str) -> str:
    """SHA-256 of a receipt and of the digest before it, as hex digits."""
    text = json.dumps([previous, number, request_id, body])
    return hashlib.sha256(text.encode()).hexdigest()


def faults_of(receipts: Sequence[Mapping[str, Any]], closed: Sequence[str]) -> list[str]:
    """What is wrong with the chain, in words; empty for a sound one.

    `receipts` come by number; `closed` are the requests that have been closed.
    """
    faults, previous = [], FIRST
    for number, receipt in enumerate(receipts, 1):
        if receipt["receipt_no"] != number:
            faults.append(f"receipt {number} is missing")
            return faults
        if receipt["previous_digest"] != previous:
            faults.append(f"receipt {number} does not follow the one before it")
        made = digest_of(receipt["previous_digest"], number, receipt["request_id"], receipt["body"])
        if receipt["digest"] != made:
            faults.append(f"receipt {number} was changed")
        previous = receipt["digest"]
    proven = {receipt["request_id"] for receipt in receipts}
    faults += [
        f"request {name} is closed without a receipt" for name in closed if name not in proven
    ]
    return faults

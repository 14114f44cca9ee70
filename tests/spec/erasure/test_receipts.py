"""A chain of receipts: none can be changed, taken out or added unseen."""

import pytest

from desirelines.erasure.receipts import FIRST, digest_of, faults_of


def chain(*bodies):
    receipts, previous = [], FIRST
    for number, body in enumerate(bodies, 1):
        digest = digest_of(previous, number, f"e-{number}", body)
        receipts.append({"receipt_no": number, "request_id": f"e-{number}", "body": body,
                         "previous_digest": previous, "digest": digest})  # fmt: skip
        previous = digest
    return receipts


CLOSED = ["e-1", "e-2", "e-3"]


def test_a_whole_chain_has_no_fault():
    assert faults_of(chain("a", "b", "c"), CLOSED) == []
    assert faults_of([], []) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda r: r[1].update(body="other"), "receipt 2 was changed"),
        (lambda r: r[1].update(request_id="e-9"), "receipt 2 was changed"),
        (lambda r: r.pop(0), "receipt 1 is missing"),
        (lambda r: r.pop(1), "receipt 2 is missing"),
        (lambda r: r.pop(), "request e-3 is closed without a receipt"),
        (
            lambda r: r[0].update(body="x", digest=digest_of(FIRST, 1, "e-1", "x")),
            "receipt 2 does not follow the one before it",
        ),
    ],
)
def test_what_was_changed_or_is_missing_is_found(change, fault):
    receipts = chain("a", "b", "c")
    change(receipts)
    assert fault in faults_of(receipts, CLOSED)

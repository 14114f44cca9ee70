"""The receipt of an erasure: what went, which files are gone, and that a scan found nothing."""

from __future__ import annotations

import json
from typing import Any

from desirelines import __version__
from desirelines.erasure.receipts import FIRST, digest_of
from desirelines.io.erasure_inbox import Case
from desirelines.run.context import Run
from desirelines.stages.erasure_files import Proof
from desirelines.tables import ERASURE_RECEIPTS


def write_receipt(run: Run, case: Case, states: list[dict[str, Any]], proof: Proof) -> None:
    """Append the request's receipt to the chain; once, however often it is tried."""
    receipts = run.warehouse.rows(ERASURE_RECEIPTS, "receipt_no")
    if any(receipt["request_id"] == case.request_id for receipt in receipts):
        return
    newest = states[-1]
    body = json.dumps(
        {
            "subject_count": case.subject_count,
            "identifiers_shared": len(case.shared_keys),
            "row_counts": json.loads(newest["row_counts"]),
            "versions": json.loads(newest["versions"]),
            "states": {row["state"]: f"{row['recorded_at']:%Y-%m-%dT%H:%M:%SZ}" for row in states},
            "scan": proof.scan,
            "files": proof.files,
            "code_version": __version__,
        },
        sort_keys=True,
    )
    number = len(receipts) + 1
    previous = receipts[-1]["digest"] if receipts else FIRST
    row = {
        "receipt_no": number,
        "request_id": case.request_id,
        "body": body,
        "previous_digest": previous,
        "digest": digest_of(previous, number, case.request_id, body),
        "run_id": run.run_id,
        "recorded_at": run.clock(),
    }
    run.warehouse.append([row], ERASURE_RECEIPTS)

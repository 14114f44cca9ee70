"""What the result of an incremental stage was made from, so that next time only news is read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from desirelines.run.context import Run
from desirelines.views.batches import newest_batches


@dataclass(frozen=True, slots=True)
class StageState:
    """The inputs of a stage; two equal ones give the same tables.

    Attributes:
        batches: the newest batch of every stream of batches.
        rules: digest of the settings that decide.
        consents: version of `consents`, where they decide.
        as_of: the date, where it decides.
    """

    batches: dict[str, int]
    rules: str
    consents: int | None = None
    as_of: str | None = None

    @property
    def inputs(self) -> dict[str, Any]:
        """As the ledger keeps it."""
        return {"state": asdict(self)}


def state_now(
    run: Run, rules: Any, *, consents: int | None = None, as_of: str | None = None
) -> StageState:
    """The inputs of a stage that begins now. `rules` are settings, as JSON takes them."""
    digest = hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()[:16]
    return StageState(newest_batches(run), digest, consents, as_of)


def last_state(run: Run, stage: str) -> StageState | None:
    """The inputs of a stage when it was last done, by any run; null before the first time."""
    last = run.ledger.newest(stage)
    inputs = run.ledger.inputs_of(last.run_id, stage) if last else {}
    return StageState(**inputs["state"]) if "state" in inputs else None

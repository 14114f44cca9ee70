"""What the commands do that mend data: identities by hand, rejected rows once more."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime

from desirelines.commands import Options, opened
from desirelines.errors import GateError, SettingsError
from desirelines.printing import print_line, show


def explain_identity(key: str | None, options: Options) -> None:
    """Why an identifier belongs to its person."""
    from desirelines.linking import explain_identity, key_of_identifier

    given = None if key else _identifiers_of_stdin(1)[0]
    with opened(options, goes_on=False, compares=False) as job:
        found = explain_identity(job, key or key_of_identifier(job, *(given or ("", ""))))
    show(options.is_json, found, lambda: print_line(json.dumps(found, indent=2, default=str, ensure_ascii=False)))


def decide_link(keys: tuple[str, ...], options: Options, *, is_cut: bool) -> None:
    """Take a link apart, or give it back to the rules."""
    from desirelines.linking import decide, key_of_identifier

    given = [] if keys else _identifiers_of_stdin(2)
    with opened(options, goes_on=False) as job:
        job.warehouse.check_writable()
        one, other = keys or (key_of_identifier(job, t, v) for t, v in given)
        found = decide(job, one, other, is_cut=is_cut)
    told = (
        "They are still one person: other links hold them together." if found["is_one_person"] and is_cut else "Done."
    )
    show(
        options.is_json, found, lambda: print_line(f"{told} The next `desirelines run` publishes what follows from it.")
    )


def _identifiers_of_stdin(how_many: int) -> list[tuple[str, str]]:
    lines = [line.split(maxsplit=1) for line in sys.stdin.read().splitlines() if line.strip()]
    if len(lines) != how_many or any(len(line) != 2 for line in lines):
        raise SettingsError(
            [f"expected {how_many} line{'s' * (how_many > 1)} `TYPE VALUE` on standard input, such as `user 4711`"]
        )
    return [(line[0], line[1].strip()) for line in lines]


def requeue(source: str | None, options: Options) -> None:
    """Rejected rows once more, by the mapping as it is now."""
    from desirelines.requeueing import requeue

    with opened(options, goes_on=False) as job:
        job.warehouse.check_writable()
        done = requeue(job, source)
        result = {"run_id": job.run_id, "rows": done}
    told = "; ".join(
        f"{name}: " + ", ".join(f"{n:,} {fate}" for fate, n in fates.items()) for name, fates in done.items()
    )
    show(options.is_json, result, lambda: print_line(told or "No row in quarantine can be used yet."))


def rename(segment_id: str, name: str | None, options: Options) -> None:
    """A segment's name by hand."""
    from desirelines.renaming import rename

    with opened(options, goes_on=False) as job:
        job.warehouse.check_writable()
        done = rename(job, segment_id, name)
    told = f"{segment_id} is called '{done['alias'] or done['name']}' from now on. `desirelines report` shows it."
    show(options.is_json, done, lambda: print_line(told))


def rebuild(since: datetime | None, options: Options) -> None:
    """What is derived from events once more, and whether it is the same."""
    from desirelines.rebuilding import rebuild

    with opened(options, goes_on=False) as job:
        job.warehouse.check_writable()
        found = rebuild(job, since.date() if since else None)
        result = {"run_id": job.run_id, "is_same": all(t.is_same for t in found), "tables": [asdict(t) for t in found]}
    lines = [
        f"{t.table}: {t.rows_after:,} rows, " + ("the same" if t.is_same else f"NOT the same as the {t.rows_before:,} before")
        for t in found
    ]  # fmt: skip
    show(options.is_json, result, lambda: print_line("\n".join(lines)))
    if not result["is_same"]:
        raise GateError(
            "rebuild: tables came out otherwise than they stood. They hold what was rebuilt; the next `desirelines run` publishes it. "
            "If no setting was changed since the last run, this is a defect: please report it with the lines above."
        )

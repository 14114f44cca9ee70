"""The group `desirelines erase`: people are erased, and a receipt proves it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desirelines.cli.opening import opened
from desirelines.cli.options import UNDATED, Options, command
from desirelines.cli.output import print_line, print_rows, rows_of, show
from desirelines.cli.requests import read_file_or_input
from desirelines.errors import GateError, MachineError, PartialError, SettingsError

if TYPE_CHECKING:
    from desirelines.erasure.requests import Identifier
    from desirelines.operations.erase import ErasurePlan, ErasureState
    from desirelines.settings import Settings

erase = typer.Typer(
    name="erase",
    help="Erase people from every table and file, with a receipt.",
    rich_markup_mode="markdown",
)
Now = Annotated[
    bool,
    typer.Option(
        "--now",
        help="Delete files of older versions at once, not after their 7 days. Only while nothing "
        "else reads or writes the tables.",
    ),
]
OverLimit = Annotated[
    str | None,
    typer.Option(
        "--over-limit",
        metavar="REASON",
        help="Go on though a request takes more than its limit (settings `erasure`). The reason "
        "is kept.",
        show_default=False,
    ),
]


def _erase(
    options: Options,
    context: typer.Context,
    request: Annotated[
        Path | None,
        typer.Option(
            "--request",
            allow_dash=True,
            help="File that names people, one a line, as `user:42` or as JSON of values by type; "
            "- for standard input.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Show what would go, with the numbers of the real one; keep nothing."
        ),
    ] = False,
    now: Now = False,
    over_limit: OverLimit = None,
) -> None:
    """Erase people: no row of theirs comes in any more, and every row and file of theirs goes.

    Identifiers come by file or standard input, never as arguments, which other programs can see.
    Steps that wait for something are done by `desirelines erase run`. The exit code is 5 while a
    request is not closed.

    Example: `echo user:42 | desirelines erase --request - --dry-run`
    """
    if context.invoked_subcommand is not None:
        return
    if request is None:
        raise SettingsError(
            [
                "erase: name a request with --request FILE, or - for standard input; "
                "`desirelines erase status` shows the open ones"
            ]
        )
    from desirelines.operations.erase import asked, plan_erasure, received, work_off

    settings, identifiers, subjects = _request_of(options, request)
    if dry_run:
        with opened(options) as run:
            plan = plan_erasure(run, asked(run, identifiers, subjects))
        show(options.is_json, plan, lambda: _print_plan(plan))
        return
    case = received(settings, identifiers, subjects, datetime.now(UTC))
    try:
        with opened(options, writes="erase") as run:
            states = work_off(run, is_now=now, reason=over_limit)
    except MachineError as error:
        raise PartialError(
            f"{error} Request {case.request_id} is received: a run that is on deletes their rows "
            "before it publishes, and `desirelines erase run` takes up what is left."
        ) from None
    _show_states(options, states, case.request_id)


def _request_of(options: Options, request: Path) -> tuple[Settings, list[Identifier], int]:
    """The settings, the identifiers of a request, and the number of people that it names."""
    from desirelines.erasure.requests import read_request, subject_count
    from desirelines.run.options import settings_of

    settings = settings_of(options.run)
    text = read_file_or_input("erase", request)
    types = {t for source in settings.sources for t in source.ids}
    return settings, read_request(text, types, settings.identity), subject_count(text)


def allow(
    options: Options,
    request: Annotated[
        Path,
        typer.Option(
            "--request",
            allow_dash=True,
            help="File that names people, one a line; - for standard input.",
            show_default=False,
        ),
    ],
) -> None:
    """Let rows of people come in again who were erased and gave their consent anew.

    What was erased stays erased: only rows that are delivered from now on count. Name every
    identifier of theirs: a row with one that is still suppressed stays out.

    Example: `echo user:42 | desirelines erase allow --request -`
    """
    from desirelines.operations.erase import allow as allow_again

    _, identifiers, _ = _request_of(options, request)
    with opened(options, writes="erase") as opened_run:
        allowed = allow_again(opened_run, identifiers)
    text = f"{allowed.identifiers:,} identifiers were suppressed; their rows come in again."
    show(options.is_json, allowed, lambda: print_line(text))


def status(options: Options) -> None:
    """Show every request: its state, what it took, when it is due, and what comes next.

    Example: `desirelines erase status`
    """
    with opened(options) as run:
        from desirelines.operations.erase import states_of

        states = states_of(run)
    show(options.is_json, states, lambda: print_rows(rows_of(states)))


def run(options: Options, now: Now = False, over_limit: OverLimit = None) -> None:
    """Take every open request as far as it can go now: for a scheduler, once a day.

    People who were erased and are in the tables again, as after a backup was restored, are erased
    again.

    Example: `desirelines erase run`
    """
    with opened(options, writes="erase") as opened_run:
        from desirelines.operations.erase import work_off

        states = work_off(opened_run, is_now=now, reason=over_limit)
    _show_states(options, states)


def verify(options: Options) -> None:
    """Check the chain of receipts: that none was changed and none is missing.

    The exit code is 3 if one is.

    Example: `desirelines erase verify`
    """
    with opened(options) as opened_run:
        from desirelines.operations.erase import check_receipts

        checked = check_receipts(opened_run)
    text = f"{checked.receipts:,} receipts: " + ("; ".join(checked.faults) or "the chain is whole")
    show(options.is_json, checked, lambda: print_line(text))
    if checked.faults:
        raise GateError(
            f"erase: {'; '.join(checked.faults)}. Compare `erasure_receipts` with a backup; "
            "DESCRIBE HISTORY of the table says who wrote it."
        )


def _show_states(
    options: Options, states: tuple[ErasureState, ...], request_id: str | None = None
) -> None:
    mine = tuple(s for s in states if request_id in (None, s.request_id))
    show(options.is_json, mine, lambda: print_rows(rows_of(mine)))
    waiting = [s for s in mine if s.state != "closed"]
    if waiting:
        raise PartialError(
            f"erase: {len(waiting):,} requests are not closed yet; the first is due on "
            f"{min(s.due_at for s in waiting)}. Run `desirelines erase run` once a day; "
            "`desirelines erase status` says what each waits for."
        )


def _print_plan(plan: ErasurePlan) -> None:
    print_line(
        f"{plan.subject_count:,} asked for, {plan.people_found:,} known; "
        f"{plan.identifiers_suppressed:,} identifiers are only theirs, "
        f"{plan.identifiers_shared:,} are others' as well."
    )
    for table, rows in plan.row_counts.items():
        print_line(f"{table}: {rows:,} rows")
    for line in plan.over_limit:
        print_line(f"over the limit: {line}")
    print_line("Nothing was changed.")


command(erase, shared=UNDATED, of_group=True)(_erase)
command(erase, shared=UNDATED)(status)
command(erase, shared=UNDATED)(run)
command(erase, shared=UNDATED)(verify)
command(erase, shared=UNDATED)(allow)

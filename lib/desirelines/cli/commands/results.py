"""`report`, `history`, `why` and `export`: results of runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desirelines.cli.opening import opened
from desirelines.cli.options import ALL, UNDATED, Options, command
from desirelines.cli.output import print_json, print_line, print_rows, rows_of, show
from desirelines.errors import EmptyInputError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed import DataclassInstance

    from desirelines.operations.explain_rules import RuleReason


def add_results(app: typer.Typer) -> None:
    """Add the commands."""
    for function in (report, history, why):
        command(app, shared=ALL)(function)
    command(app, shared={n: option for n, option in UNDATED.items() if n != "run_id"})(export)


def report(options: Options) -> None:
    """Write the page with the charts for the newest published run, or for --run-id.

    Example: `desirelines report --set report.path=segments.html`
    """
    with opened(options) as run:
        from desirelines.operations.report import report

        result = report(run, options.run.run_id)
    show(
        options.is_json,
        result,
        lambda: print_line(f"The report of run {result.run_id} is {result.report}"),
    )


Identifier = Annotated[
    str | None,
    typer.Option(
        "--identifier",
        metavar="TYPE",
        help="Read a raw identifier of this type from standard input instead; "
        "it never becomes an argument.",
        show_default=False,
    ),
]


def history(
    options: Options,
    of_run: Annotated[
        str | None,
        typer.Option("--run", help="The segments of this run.", show_default=False),
    ] = None,
    segment: Annotated[
        str | None,
        typer.Option(
            "--segment",
            help="This segment in every run: size, entered, left, and its scorecard.",
            show_default=False,
        ),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(
            "--person",
            help="The stays of a person, by a person id or a key as the tables hold it.",
            show_default=False,
        ),
    ] = None,
    identifier: Identifier = None,
) -> None:
    """Show the published runs and what changed in each; or the past of a segment or a person.

    Example: `desirelines history`, `desirelines history --segment lapsed`, or
    `echo ann@example.com | desirelines history --identifier email`
    """
    run_id = of_run or options.run.run_id
    if sum(given is not None for given in (run_id, segment, person, identifier)) > 1:
        raise SettingsError(["history: give one of --run, --segment, --person and --identifier"])
    value = _from_standard_input("history", identifier)
    with opened(options) as run:
        from desirelines.operations.history import history_of, segments_of
        from desirelines.operations.member_history import history_of_person, history_of_segment

        rows: Sequence[DataclassInstance]
        if segment is not None:
            rows = history_of_segment(run, segment)
        elif person is not None or value is not None:
            rows = history_of_person(run, key=person, identifier=value)
        else:
            rows = history_of(run) if run_id is None else segments_of(run, run_id)
    show(options.is_json, rows, lambda: print_rows(rows_of(rows)))


def _from_standard_input(command: str, identifier: str | None) -> tuple[str, str] | None:
    """Type and value of a raw identifier, if one is asked for.

    Raises:
        SettingsError: nothing came on standard input.
    """
    if identifier is None:
        return None
    value = sys.stdin.read().strip()
    if not value:
        raise SettingsError(
            [f"{command} --identifier: nothing came on standard input; pipe the identifier in"]
        )
    return identifier, value


def why(
    options: Options,
    person: Annotated[
        str | None,
        typer.Argument(help="A person id or a key, as the tables hold it.", show_default=False),
    ] = None,
    identifier: Identifier = None,
    segment: Annotated[
        str | None,
        typer.Option(
            "--segment",
            help="Only why they are in this rule segment or not, with the events that count, and "
            "what would change it.",
            show_default=False,
        ),
    ] = None,
    of_run: Annotated[
        str | None,
        typer.Option(
            "--run",
            help="As of this published run; its evidence is kept for evidence.keep_runs runs.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Show what is known of a person: segments with reasons, features, identifiers, sessions.

    Example: `desirelines why 3f9c…`, or `desirelines why 3f9c… --segment lapsed`, or
    `echo ann@example.com | desirelines why --identifier email`
    """
    if (person is None) == (identifier is None):
        raise SettingsError(
            ["why: give a person id or key, or --identifier TYPE with the value on standard input"]
        )
    value = _from_standard_input("why", identifier)
    with opened(options) as run:
        from desirelines.operations.explain_person import explain

        result = explain(
            run,
            key=person,
            identifier=value,
            run_id=of_run or options.run.run_id,
            segment=segment,
        )
    if segment is None:
        show(options.is_json, result, lambda: print_json(result))
        return
    if not result.rules:
        raise EmptyInputError(
            f"the evidence of run {result.run_id} is not kept any more (evidence.keep_runs), or "
            "the person was not in it. Ask for a newer run."
        )
    reason = result.rules[0]
    show(options.is_json, reason, lambda: _print_reason(reason))


OnePerson = Annotated[
    Path | None,
    typer.Option(
        "--person",
        allow_dash=True,
        help="Write all that is held on one person instead. A file that names them, as `user:42` "
        "or as JSON of values by type; - for standard input.",
        show_default=False,
    ),
]


def export(
    options: Options,
    file: Annotated[
        str,
        typer.Option(
            "--output",
            metavar="FILE",
            help="The file to write; its ending decides the format: .csv, .jsonl or .parquet; "
            ".json with --person.",
            show_default=False,
        ),
    ],
    after: Annotated[
        int | None,
        typer.Option(
            "--after",
            metavar="SEQUENCE",
            help="The number that the last export printed; 0 for everybody who is in a segment.",
            show_default=False,
        ),
    ] = None,
    until: Annotated[
        int | None,
        typer.Option(
            "--until",
            metavar="SEQUENCE",
            help="Leave out later runs, to write an earlier export again. Default: the newest run.",
            show_default=False,
        ),
    ] = None,
    person: OnePerson = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a file with other content.")
    ] = False,
) -> None:
    """Write who entered, left or changed in segments since an earlier export, for other tools.

    One row a person and segment, by what is different in the end. The file holds pseudonyms of
    people, so it is written to a local disk with mode 0600. With --person: every row of every table
    that is about one person, with what the columns mean, to be given to them.

    Example: `desirelines export --after 0 --output segments.csv`;
    `echo user:42 | desirelines export --person - --output mine.json`
    """
    if (after is None) == (person is None):
        raise SettingsError(["export: give one of --after SEQUENCE and --person FILE"])
    if person is not None:
        _export_person(options, person, file, overwrite=overwrite)
        return
    with opened(options) as run:
        from desirelines.operations.export_changes import export_changes

        result = export_changes(run, file, after=after or 0, until=until, overwrite=overwrite)
    text = (
        f"{result.rows:,} changes until run {result.run_id} are in {result.output}. It holds "
        "pseudonyms of people: only you can read it (mode 0600), and whoever gets it must protect "
        f"and delete it as personal data. Next time: --after {result.sequence}"
    )
    show(options.is_json, result, lambda: print_line(text))


def _export_person(options: Options, person: Path, file: str, *, overwrite: bool) -> None:
    from desirelines.cli.requests import read_file_or_input
    from desirelines.operations.export_person import export_person

    text = read_file_or_input("export", person)
    with opened(options) as run:
        result = export_person(run, text, file, overwrite=overwrite)
    text = (
        f"{result.rows:,} rows of {result.tables:,} tables are in {result.output}: all that is "
        "held on this person. Only you can read it (mode 0600); delete it when it is sent."
        if result.rows
        else f"Nothing is held on this person; {result.output} says so."
    )
    show(options.is_json, result, lambda: print_line(text))


def _print_reason(reason: RuleReason) -> None:
    how = "in" if reason.is_member else "not in"
    print_line(f"{how} {reason.name} ({reason.segment_id})")
    print_rows(
        [
            {"condition": c.condition, "answer": c.answer, "value": c.value}
            for c in reason.conditions
        ]
    )
    for condition in reason.conditions:
        for event in condition.events:
            print_line(f"{event.occurred_at:%Y-%m-%d %H:%M} {event.event_name} {event.event_id}")
    if reason.change:
        print_line(f"{'out' if reason.is_member else 'in'} if: {'; '.join(reason.change)}")

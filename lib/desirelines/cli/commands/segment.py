"""`rename`, and the group `desirelines segment`: try a rule, freeze members as a cohort."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desirelines.cli.opening import opened
from desirelines.cli.options import UNDATED, Options, command
from desirelines.cli.output import print_line, print_rows, rows_of, show

if TYPE_CHECKING:
    from desirelines.operations.preview_segment import SegmentPreview
    from desirelines.operations.segment_attrition import Attrition

segment = typer.Typer(
    name="segment",
    no_args_is_help=True,
    help="Try rule segments before they are published; freeze members as a cohort.",
    rich_markup_mode="markdown",
)


def add_segment(app: typer.Typer) -> None:
    """Add the command."""
    command(app, shared=UNDATED)(rename)


def rename(
    options: Options,
    segment_id: Annotated[
        str,
        typer.Argument(
            help="The segment, as `desirelines history --run RUN` lists it.", show_default=False
        ),
    ],
    name: Annotated[
        str | None,
        typer.Argument(
            help="Its name. Without one, its automatic name is used.", show_default=False
        ),
    ] = None,
) -> None:
    """Give a segment a name of your own. It survives refits; `desirelines report` shows it.

    Example: `desirelines rename c-20260301T020000Z-1a2b3c-04 "Weekend families"`
    """
    with opened(options, writes="rename") as run:
        from desirelines.operations.rename_segment import rename

        result = rename(run, segment_id, name)
    text = (
        f"{segment_id} is called '{result.alias or result.name}' from now on. "
        "`desirelines report` shows it."
    )
    show(options.is_json, result, lambda: print_line(text))


@command(segment, "test", shared=UNDATED)
def try_rules(
    options: Options,
    file: Annotated[
        Path,
        typer.Argument(
            help="A rule file, or a folder of them; docs/rules.md says what is in it.",
            show_default=False,
        ),
    ],
    person: Annotated[
        str | None,
        typer.Option(
            "--person",
            help="A person's id: show every condition with its answer for them.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Preview new or edited rules on the published features. Nothing is written.

    Shows how many people each rule and each of its conditions is true for, who would enter and
    leave, and the overlap with other segments. Numbers of fewer than ten people are withheld.

    Example: `desirelines segment test segments/deal_hunter.yaml`
    """
    with opened(options) as run:
        from desirelines.operations.preview_segment import answers_for, preview

        if person is not None:
            answers = answers_for(run, file, person)
            show(options.is_json, answers, lambda: print_rows(rows_of(answers)))
            return
        previews = preview(run, file)
    show(options.is_json, previews, lambda: _print_previews(previews))


def _print_previews(previews: tuple[SegmentPreview, ...]) -> None:
    for one in previews:
        _print_preview(one)


def _print_preview(one: SegmentPreview) -> None:
    print_line(f"{one.name} ({one.segment_id}), as of {one.as_of}: {one.definition}")
    sizes = ((one.people, "people"), (one.entering, "entering"), (one.leaving, "leaving"))
    counts = ", ".join(
        f"{'withheld' if count is None else f'{count:,}'} {what}" for count, what in sizes
    )
    print_line(f"of {one.of_people:,} people: {counts}")
    print_rows(rows_of(one.nodes))
    print_rows(rows_of(one.overlaps))


@command(segment, "freeze", shared=UNDATED)
def freeze_segment(
    options: Options,
    segment_id: Annotated[
        str,
        typer.Argument(
            help="The segment, as `desirelines history --run RUN` lists it.", show_default=False
        ),
    ],
    name: Annotated[
        str,
        typer.Option("--name", help="Name of the cohort; it never changes.", show_default=False),
    ],
) -> None:
    """Keep today's members of a segment as a cohort, for whoever measures a campaign.

    Refits, merges of people and later runs do not touch it; only an erased person leaves it. The
    members are in `cohort_members`, with the evidence of today.

    Example: `desirelines segment freeze lapsed --name "Spring win-back"`
    """
    with opened(options, writes="segment freeze") as run:
        from desirelines.operations.freeze_segment import freeze

        result = freeze(run, segment_id, name)
    how_many = "fewer than ten" if result.people_count is None else f"{result.people_count:,}"
    text = f"The cohort '{result.cohort}' has {how_many} people of {result.segment_id}."
    show(options.is_json, result, lambda: print_line(text))


@command(segment, "cohorts", shared=UNDATED)
def list_cohorts(options: Options) -> None:
    """List the cohorts.

    Example: `desirelines segment cohorts`
    """
    with opened(options) as run:
        from desirelines.operations.freeze_segment import cohorts

        rows = cohorts(run)
    show(options.is_json, rows, lambda: print_rows(rows_of(rows)))


@command(segment, "attrition", shared=UNDATED)
def show_attrition(
    options: Options,
    segment_id: Annotated[
        str,
        typer.Argument(help="A rule segment of the newest published run.", show_default=False),
    ],
    off: Annotated[
        list[int] | None,
        typer.Option(
            "--without",
            metavar="NUMBER",
            help="Count members as if the rule did not have this condition; may be given more than "
            "once. The numbers are those of the output.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Show how people drop out of a rule condition by condition. Nothing is computed again.

    `left` counts people for whom a condition and all before it are true. Numbers of fewer than ten
    people are withheld.

    Example: `desirelines segment attrition lapsed --without 2`
    """
    with opened(options) as run:
        from desirelines.operations.segment_attrition import attrition

        result = attrition(run, segment_id, tuple(off or ()), options.run.run_id)
    show(options.is_json, result, lambda: _print_attrition(result))


def _print_attrition(result: Attrition) -> None:
    members = "withheld" if result.members is None else f"{result.members:,}"
    print_line(
        f"{result.name} ({result.segment_id}), run {result.run_id}: {members} of "
        f"{result.everybody:,} people"
    )
    print_rows(rows_of(result.conditions))
    if result.without:
        count = result.members_without
        print_line(
            f"without {'; '.join(result.without)}: {'withheld' if count is None else f'{count:,}'}"
        )

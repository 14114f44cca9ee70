"""`demo`: a synthetic world, the whole way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desirelines.cli.options import PRINTS, Options, command
from desirelines.cli.output import print_line, print_summary, show

if TYPE_CHECKING:
    from desirelines.operations.demo import Demo


def add_demo(app: typer.Typer) -> None:
    """Add the command."""
    command(app, shared=PRINTS)(demo)


def demo(
    options: Options,
    out: Annotated[
        Path, typer.Option("--out", help="Folder for everything; an earlier demo is replaced.")
    ] = Path("demo"),
    small: Annotated[
        bool,
        typer.Option(
            "--small",
            help="300 people and 120 days instead of 1,800 and 400, two sources instead of four, "
            "and a given number of groups: a short first look.",
        ),
    ] = False,
) -> None:
    """Run the pipeline over a synthetic world, and compare its groups with the planted personas.

    Afterwards every other command works on it, such as `desirelines history --conf
    demo/desirelines.yaml`.

    Example: `desirelines demo --small`
    """
    from desirelines.operations import demo as of_demo

    result = of_demo.demo(out, of_demo.SMALL if small else of_demo.WHOLE)
    show(options.is_json, result, lambda: _print_demo(result))


def _print_demo(result: Demo) -> None:
    print_summary(result.summary)
    print_line(
        f"Tables: {result.folder}/warehouse/<table>. Report: {result.folder}/report.html. "
        f"The world took {result.world_seconds:.0f} s to generate, the pipeline "
        f"{result.pipeline_seconds:.0f} s."
    )
    print_line(recovered(result.truth))
    print_line(f"Next: desirelines history --conf {result.folder}/desirelines.yaml")


def recovered(truth: dict[str, Any]) -> str:
    """How well the clusters match the planted personas, in a sentence."""
    return (
        f"Compared with the planted truth: {truth['clusters']} clusters for {truth['personas']} "
        f"personas, adjusted Rand index {truth['adjusted_rand_index']:.2f} (1 is perfect, 0 is "
        f"chance); {truth['adjusted_rand_index_without_rule_personas']:.2f} without the personas "
        "that a rule defines."
    )

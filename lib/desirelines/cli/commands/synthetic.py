"""`world`: synthetic raw tables and their truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desirelines.cli.options import PRINTS, Options, command
from desirelines.cli.output import print_rows, show
from desirelines.errors import SettingsError, did_you_mean

FORMATS = ("delta", "json", "csv")


def add_synthetic(app: typer.Typer) -> None:
    """Add the command."""
    command(app, shared=PRINTS)(world)


def world(
    options: Options,
    out: Annotated[
        Path, typer.Option("--out", help="Folder for the tables; created if it is missing.")
    ],
    people: Annotated[int, typer.Option(min=10, help="Number of people.")] = 2000,
    days: Annotated[int, typer.Option(min=60, help="Number of days.")] = 400,
    seed: Annotated[int, typer.Option(help="The same seed gives the same rows.")] = 7,
    habit_weeks: Annotated[
        int,
        typer.Option(
            min=0,
            help="Weeks at the end in which people live what their persona is known for, "
            "so that rules find them.",
        ),
    ] = 0,
    file_format: Annotated[
        str,
        typer.Option("--as", metavar="|".join(FORMATS), help="How the raw tables are written."),
    ] = "delta",
) -> None:
    """Generate a synthetic world: raw tables as real systems write them, and the planted truth.

    No stage reads the truth.

    Example: `desirelines world --people 2000 --days 400 --seed 7 --out world`
    """
    if file_format not in FORMATS:
        raise SettingsError(
            [f"--as {file_format}: one of {', '.join(FORMATS)}{did_you_mean(file_format, FORMATS)}"]
        )
    if 7 * habit_weeks > days:
        raise SettingsError(
            [f"--habit-weeks {habit_weeks}: at most {days // 7} weeks fit into --days {days}"]
        )
    from desirelines.io.spark.session import spark_session
    from desirelines.io.synthetic_files import write_world
    from desirelines.synthetic import build_world

    spark, is_mine = spark_session()
    try:
        synthetic = build_world(spark, people=people, days=days, seed=seed, habit_weeks=habit_weeks)
        tables = write_world(synthetic.raw, synthetic.truth, out, file_format)
    finally:
        if is_mine:
            spark.stop()
    show(options.is_json, tables, lambda: print_rows(tables))

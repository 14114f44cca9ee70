"""The options that commands share, and the help of the stages."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer


class Format(StrEnum):
    """How the result is printed."""

    text = "text"
    json = "json"


Conf = Annotated[
    list[Path] | None,
    typer.Option(
        "--conf",
        "-c",
        help="Configuration file; may be given more than once, the later wins. Default: desirelines.yaml here, if there is one.",
        show_default=False,
    ),
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        "-s",
        metavar="KEY=VALUE",
        help="One setting, such as clusters.k=6; wins over files.",
        show_default=False,
    ),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="Date before which everything lies. Default, and the latest without --force: the day after the newest event.",
        show_default=False,
    ),
]
Force = Annotated[
    bool,
    typer.Option(
        "--force",
        help="Take an --as-of beyond the data all the same. Such a run is outside the chain of published runs: members stay.",
    ),
]
RunId = Annotated[
    str | None,
    typer.Option(
        "--run-id",
        help="Run to go on with; a published one is closed. Default: the newest unfinished one for a single stage, a new one for `run`.",
        show_default=False,
    ),
]
Out = Annotated[Format, typer.Option("--format", help="How the result is printed on standard output.")]
Logs = Annotated[Format, typer.Option("--log-format", help="How progress and errors are written to standard error.")]


def options_of(
    conf: list[Path] | None,
    sets: list[str] | None,
    as_of: datetime | None,
    run_id: str | None,
    form: Format,
    logs: Format,
    force: bool = False,
) -> Any:
    """The options as the commands take them."""
    from desirelines.opening import Options

    return Options(
        tuple(conf or ()), tuple(sets or ()), as_of.date() if as_of else None, run_id, form.value, logs.value, force
    )


STAGES: dict[str, str] = {
    "ingest-events": "Read what arrived at the sources since the last time into `events`; every row gets one fate.\n\nExample: `desirelines ingest-events --conf shop.yaml`",
    "resolve-identities": "Tell who is who: identifiers and streams to people.\n\nExample: `desirelines resolve-identities`",
    "build-sessions": "Cut events into sessions with their paths.\n\nExample: `desirelines build-sessions --set sessions.gap_minutes=15`",
    "build-features": "Give every person their numbers as of a date.\n\nExample: `desirelines build-features --as-of 2026-03-01`",
    "fit-clusters": "Find the groups: k-means or bisecting k-means by MLlib.\n\nExample: `desirelines fit-clusters --set clusters.algorithm=bisecting_kmeans --set clusters.k=6`",
    "assign-segments": "Put everybody into their segments and tell what changed; staged, not yet visible.\n\nExample: `desirelines assign-segments`",
    "build-paths": "Count which step follows which, per segment and for all.\n\nExample: `desirelines build-paths`",
    "publish": "Check the run and publish it in one commit.\n\nExample: `desirelines publish`",
}  # fmt: skip

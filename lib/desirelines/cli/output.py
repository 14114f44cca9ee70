"""Results on standard output: JSON on request, else plain text and tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table as Grid

from desirelines.characters import readable

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from desirelines.operations.run_pipeline import RunSummary


def show(is_json: bool, result: Any, as_text: Callable[[], None]) -> None:
    """Print the result of a command: a dataclass, a sequence of them, or rows."""
    if is_json:
        sys.stdout.write(json.dumps(plain(result), default=str, ensure_ascii=False) + "\n")
    else:
        as_text()


def plain(result: Any) -> Any:
    """A result as dicts, lists and values, without dataclasses."""
    if is_dataclass(result) and not isinstance(result, type):
        return asdict(result)
    return [plain(part) for part in result] if isinstance(result, list | tuple) else result


def rows_of(results: Sequence[DataclassInstance]) -> list[dict[str, Any]]:
    """Dataclasses as rows."""
    return [asdict(result) for result in results]


def print_json(result: Any) -> None:
    """Print a result as indented JSON."""
    print_line(json.dumps(plain(result), indent=2, default=str, ensure_ascii=False))


def print_summary(summary: RunSummary) -> None:
    """Print the row account, the segments and the path of the report."""
    if not summary.changed:
        print_line(
            f"Nothing new since run {summary.run_id}: the same inputs, settings and as_of "
            f"{summary.as_of}. No table was changed."
        )
    account = summary.row_account
    print_rows(
        [{"source": s, **fates, "rows read": sum(fates.values())} for s, fates in account.items()]
    )
    print_rows(rows_of(summary.segments))
    if summary.report is not None:
        ended = (
            f"is published as of {summary.as_of}"
            if summary.status == "PUBLISHED"
            else f"is done as of {summary.as_of}, outside the chain of published runs: members "
            "stay as they are"
        )
        print_line(f"Run {summary.run_id} {ended}. The report is {summary.report}")


def print_line(text: str) -> None:
    """Print one line."""
    sys.stdout.write(readable(text) + "\n")


def print_rows(rows: Sequence[dict[str, Any]]) -> None:
    """Print a table with one column per key."""
    if not rows:
        return
    columns = list(dict.fromkeys(name for row in rows for name in row))
    grid = Grid(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        numeric = all(isinstance(row.get(name), int | float | type(None)) for row in rows)
        grid.add_column(
            readable(name.replace("_", " ")),
            justify="right" if numeric else "left",
            overflow="fold",
        )
    for row in rows:
        grid.add_row(*(readable(_cell(name, row.get(name))) for name in columns))
    console = Console(
        file=sys.stdout,
        highlight=False,
        markup=False,
        emoji=False,
        width=None if sys.stdout.isatty() else 160,
    )
    console.print(grid)
    console.print()


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "withheld" if name in {"people", "entered", "left"} else ""
    if name == "share":
        return f"{value:.1%}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)

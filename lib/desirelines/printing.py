"""Results on standard output: JSON on request, else plain text and tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

from rich.console import Console
from rich.table import Table as Grid

from desirelines.settings.checks import readable


def show(is_json: bool, result: Any, as_text: Callable[[], None]) -> None:
    """Print the result."""
    if is_json:
        sys.stdout.write(json.dumps(result, default=str, ensure_ascii=False) + "\n")
    else:
        as_text()


def print_summary(summary: dict[str, Any]) -> None:
    """Print the row account, the segments and where the report is."""
    if not summary["changed"]:
        print_line(
            f"Nothing new since run {summary['run_id']}: the same inputs, settings and as_of {summary['as_of']}. No table was changed."
        )
    print_rows(
        [{"source": s, **fates, "rows read": sum(fates.values())} for s, fates in summary["row_account"].items()]
    )
    print_rows(summary["segments"])
    if "report" in summary:
        ended = (
            f"is published as of {summary['as_of']}"
            if summary["status"] == "PUBLISHED"
            else f"is done as of {summary['as_of']}, outside the chain of published runs: members stay as they are"
        )
        print_line(f"Run {summary['run_id']} {ended}. The report is {summary['report']}")


def print_line(text: str) -> None:
    """Print one line."""
    sys.stdout.write(readable(text) + "\n")


def print_rows(rows: list[dict[str, Any]]) -> None:
    """Print a table, a column a key."""
    if not rows:
        return
    columns = list(dict.fromkeys(name for row in rows for name in row))
    grid = Grid(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        numeric = all(isinstance(row.get(name), int | float | type(None)) for row in rows)
        grid.add_column(readable(name.replace("_", " ")), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(readable(_cell(name, row.get(name))) for name in columns))
    console = Console(
        file=sys.stdout, highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else 160
    )
    console.print(grid)
    console.print()


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "withheld" if name in {"people", "entered", "left"} else ""
    if name == "share":
        return f"{value:.1%}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def told_sum(values: Iterable[int | None]) -> int:
    """Sum of counts; those that may not be told count as nothing."""
    return sum(v or 0 for v in values)

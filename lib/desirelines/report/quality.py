"""Whether the run can be trusted: checks before publication, and what became of the rows."""

from __future__ import annotations

import re

import pandas as pd

from desirelines.report.data import ReportData
from desirelines.report.text import (
    FATE_WORDS,
    NOTHING,
    count_text,
    decimal_text,
    number_of,
    text_of,
)
from desirelines.report.view_model import Account, Check
from desirelines.tables import FATES

CHECKS = {
    "max_people_drop": "People that are gone",
    "max_size_change": "Change of a segment's share",
    "max_psi": "Shift of the groups' shares",
    "min_agreement": "People who are in the same groups together",
    "max_coverage_drop": "People of whom enough is known",
    "max_unknown_rise": "Rules without an answer",
}
ZEROS = {
    "batches_that_do_not_add_up": "Batches whose rows do not add up",
    "with_two_primaries": "People in two main segments",
}


def checks_of(data: ReportData, names: dict[str, str]) -> tuple[Check, ...]:
    """Every check before publication, those of integrity first."""
    checks = [
        Check(words, count_text(data.gates[name]), "0", "✗" if data.gates[name] else "✓")
        for name, words in ZEROS.items()
        if name in data.gates
    ]
    for check in data.gates.get("checks", []):
        passed = check["is_passed"]
        limit = number_of(check["limit"])
        checks.append(
            Check(
                CHECKS.get(check["name"], text_of(check["name"])),
                _named(text_of(check["text"]), names),
                NOTHING if limit is None else decimal_text(limit, 1),
                NOTHING if passed is None else "✓" if passed else "✗",
            )
        )
    return tuple(checks)


def _named(text: str, names: dict[str, str]) -> str:
    """The text with names of segments in place of their ids."""
    for segment_id in sorted(names, key=lambda s: (-len(s), s)):
        text = re.sub(
            rf"(?<![\w-]){re.escape(segment_id)}(?![\w-])",
            lambda _, name=names[segment_id]: f"“{name}”",  # type: ignore[misc]
            text,
        )
    return text


def health_of(
    data: ReportData, checks: tuple[Check, ...], accounts: tuple[Account, ...]
) -> tuple[tuple[str, str], ...]:
    """In a sentence each: whether checks passed, and whether rows add up; ✓, ✗ or –."""
    failed = [c for c in checks if c.sign == "✗"]
    passed = [c for c in checks if c.sign == "✓"]
    forced = text_of(data.gates.get("forced"))
    said = []
    if failed:
        reason = f", by hand: {forced}" if forced else ""
        said.append(("✗", f"{len(failed)} checks failed; it was published all the same{reason}."))
    elif checks:
        said.append(("✓", f"All {len(passed)} checks passed that had something to compare."))
    signs = {sign for a in accounts for sign in (a.run_sign, a.sign)}
    if "✗" in signs:
        said.append(("✗", "Rows of a source do not add up to the rows read."))
    elif "✓" in signs:
        said.append(("✓", "Every row read has exactly one fate; the sums are right."))
    return tuple(said)


def accounts_of(data: ReportData) -> tuple[Account, ...]:
    """What became of the rows of every source: sources by name, fates in a fixed order."""
    order = {fate: n for n, fate in enumerate(FATES)}
    accounts = []
    for source in sorted({str(s) for s in data.accounts["source"]}):
        of_source = data.accounts[data.accounts["source"] == source]
        rows = sorted(
            of_source.to_dict("records"), key=lambda r: (-order.get(r["fate"], -1), r["fate"])
        )
        run_total = int(of_source["run_row_count"].fillna(0).sum())
        total = int(of_source["row_count"].fillna(0).sum())
        run_read, read = _read(of_source, "run_rows_read"), _read(of_source, "rows_read")
        accounts.append(
            Account(
                source,
                tuple(
                    (str(r["fate"]), count_text(r["run_row_count"]), count_text(r["row_count"]))
                    for r in rows
                ),
                f"{run_total:,}",
                f"{total:,}",
                run_read,
                read,
                _sign(run_total, run_read),
                _sign(total, read),
            )
        )
    return tuple(accounts)


def fates_of(data: ReportData) -> tuple[tuple[str, str], ...]:
    """The fates that occur, in words."""
    fates = {str(f) for f in data.accounts["fate"]}
    return tuple((fate, FATE_WORDS[fate]) for fate in reversed(FATES) if fate in fates)


def _read(of_source: pd.DataFrame, column: str) -> str:
    """Rows read of a source; all values if they differ, empty if there are none."""
    if column not in of_source.columns:
        return ""
    return " / ".join(sorted({count_text(v) for v in of_source[column].dropna()}))


def _sign(total: int, read: str) -> str:
    return "" if not read else "✓" if read == f"{total:,}" else "✗"

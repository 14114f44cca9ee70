"""Every number on the page is in the tables: all of them are read and looked for."""

from __future__ import annotations

import re
from dataclasses import fields
from html import unescape
from typing import Any

import pandas as pd
import pytest

from desirelines.report.data import ReportData
from desirelines.report.page import render
from tests.support.report import report, text_of

NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
OF_CAPTIONS = {
    "0", "0.1", "0.2", "0.3", "0.4", "0.8", "1", "2", "3", "4", "5", "10", "12", "18", "6", "95",
}  # fmt: skip
"""Numbers in explanations, at axes, and before groups and steps."""


def shown_numbers(page: str) -> set[str]:
    """The numbers that a reader sees or hears, without the pages that explain figures."""
    page = re.sub(r'<section id="words".*?</section>', " ", page, flags=re.DOTALL)
    page = page.split("<footer")[0].split("<body>")[1]
    spoken = " ".join(unescape(label) for label in re.findall(r'aria-label="([^"]*)"', page))
    return set(NUMBER.findall(text_of(page) + " " + spoken))


def forms(value: Any) -> set[str]:
    """How a number may be written: whole, with decimals, as a percentage, as a time."""
    if isinstance(value, bool) or value is None or (isinstance(value, float) and pd.isna(value)):
        return set()
    number = abs(float(value))
    found = {f"{number:,.{digits}f}" for digits in (0, 1, 2, 3)}
    found |= {f"{number * 100:.0f}", f"{number * 100:.1f}", f"{number / 60:.1f}"}
    return found | {f"{number / 3600:.1f}"}


def expected_numbers(data: ReportData) -> set[str]:
    """Every number of the tables in every form, and those that are computed from several rows."""
    found = set(OF_CAPTIONS)
    for field in fields(data):
        value = getattr(data, field.name)
        if isinstance(value, pd.DataFrame):
            for cell in value.to_numpy().ravel():
                found |= of_cell(cell)
        else:
            found |= of_cell(value)
    for check in data.gates.get("checks", []):
        found |= set(NUMBER.findall(check["text"])) | forms(check["limit"])
    return found | computed(data)


def of_cell(cell: Any) -> set[str]:
    if isinstance(cell, int | float):
        return forms(cell)
    if isinstance(cell, list):
        return {n for text in cell for n in NUMBER.findall(str(text))}
    return set(NUMBER.findall(str(cell))) | {n.lstrip("0") for n in NUMBER.findall(str(cell))}


def computed(data: ReportData) -> set[str]:
    found: set[str] = set()
    visits = data.visits
    (all_visits,) = set(visits[visits["key"].map(tuple) == ("1",)]["n"])
    sent = visits[visits["key"].map(tuple) == ("email_sent",)]["n"].max()
    steps = {next(iter(k)): n for w, k, n in visits[["what", "key", "n"]].to_numpy() if w == "step"}
    for what, key, n in visits[["what", "key", "n"]].to_numpy():
        found |= forms(n / all_visits) | forms(n / sent)
        if what == "move" and key[0] in steps:
            found |= forms(n / steps[key[0]])
        if what == "hour":
            found |= {f"{int(key[1]):02d}", f"{int(key[1]) + 1:02d}", "00"}
    moved = data.moves[data.moves["from_segment_id"] != data.moves["to_segment_id"]]
    for column in ("people_count", "behaviour_count", "model_count"):
        found |= forms(moved[column].sum())
    for _, row in data.accounts.groupby("source")[["row_count", "run_row_count"]].sum().iterrows():
        found |= forms(row["row_count"]) | forms(row["run_row_count"])
    for _, rows in data.profiles.groupby("feature"):
        known = rows["known_count"]
        found |= forms((rows["mean"] * known).sum() / known.sum())
    return found | forms(len(data.definitions)) | forms(data.profiles["feature"].nunique())


def test_every_number_on_the_page_is_in_the_tables(page: str) -> None:
    assert len(shown_numbers(page)) > 100
    assert shown_numbers(page) - expected_numbers(report()) == set()


CHANGES = [
    ("sizes", "people_count", 1200, 1213),
    ("trend", "people_count", 1103, 1117),
    ("profiles", "median", 95.0, 98.3),
    ("moves", "people_count", 34, 47),
    ("overlap", "people_count", 60, 180),
    ("scorecard", "reachable", 0.43, 0.53),
    ("coverage", "share", 0.9, 0.64),
    ("attrition", "people", 147, 159),
    ("visits", "n", 321, 333),
    ("funnels", "open_count", 120, 137),
    ("weeks", "drop_off_share", 0.6, 0.63),
    ("accounts", "row_count", 900, 911),
    ("trials", "smallest_share", 0.1, 0.23),
]


@pytest.mark.parametrize(("table", "column", "before", "after"), CHANGES)
def test_one_changed_row_breaks_it(table: str, column: str, before: Any, after: Any) -> None:
    data = report()
    frame = getattr(data, table).copy()
    row = frame.index[frame[column] == before][0]
    frame.loc[row, column] = after
    page = render(report(**{table: frame}))
    strangers = shown_numbers(page) - expected_numbers(data)
    assert strangers & forms(after), (table, strangers)

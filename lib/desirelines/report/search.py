"""The search for the number of groups."""

from __future__ import annotations

from desirelines.report.choose_k_chart import Dot, evidence
from desirelines.report.data import ReportData
from desirelines.report.text import (
    count_text,
    decimal_text,
    is_true,
    number_of,
    people_text,
    percent_text,
    text_of,
)
from desirelines.report.view_model import Grid, Picture


def kept_words(data: ReportData) -> str:
    """How many groups were kept, how clear and how stable they are; empty without a search."""
    kept = [t for t in data.trials.to_dict("records") if is_true(t["is_kept"])]
    if not kept:
        return ""
    trial = kept[0]
    gap = None if is_given(data) else trial["gap"]
    known = (
        ("evidence", decimal_text(gap, 3), gap),
        ("stability", decimal_text(trial["stability"], 2), trial["stability"]),
        ("smallest group", percent_text(trial["smallest_share"], 1), trial["smallest_share"]),
    )
    said = [f"{name} {text}" for name, text, value in known if number_of(value) is not None]
    groups = int(trial["clusters_found"])
    return f"Kept: {groups} group{'' if groups == 1 else 's'}" + "".join(f", {s}" for s in said)


def is_given(data: ReportData) -> bool:
    """Whether the settings give the number of groups, so that no other was tried."""
    trials = data.trials.to_dict("records")
    return len(trials) == 1 and trials[0]["gap"] == 0 and trials[0]["gap_error"] == 0


def search_picture(data: ReportData) -> tuple[Picture | None, Grid | None]:
    """The search for the number of groups: the curve, None for a single trial, and all trials."""
    trials = sorted(data.trials.to_dict("records"), key=lambda t: t["trial"])
    if not trials:
        return None, None
    rows = tuple(
        (
            count_text(t["trial"]),
            text_of(t["algorithm"]).replace("_", " "),
            "✓ chosen" if is_true(t["is_kept"]) else "",
            text_of(t["verdict"]),
            count_text(t["k"]),
            count_text(t["clusters_found"]),
            text_of(t["seed"]),
            people_text(t["people_count"]),
            decimal_text(t["gap"], 3),
            decimal_text(t["stability"], 2),
            decimal_text(t["silhouette"], 3),
            decimal_text(t["cost"], 1),
            percent_text(t["smallest_share"], 1),
        )
        for t in trials
    )
    head = (
        "trial",
        "method",
        "kept",
        "verdict",
        "groups asked",
        "groups found",
        "seed",
        "people",
        "evidence",
        "stability",
        "silhouette",
        "cost",
        "smallest group",
    )
    table = Grid(head, rows, words=4)
    dots = [
        Dot(text_of(t["algorithm"]), int(t["k"]), float(t["gap"]), is_true(t["is_kept"]))
        for t in trials
        if number_of(t["gap"]) is not None
    ]
    if len(dots) < 2:
        return None, table
    caption = (
        "Each mark is one trial, the line joins the best trial of each number, and the ring is the "
        "trial that was kept."
    )
    drawn = Picture("Evidence by number of groups", evidence(dots), table, caption, has_table=False)
    return drawn, table

"""The pictures of the report; each function takes plain numbers and returns inline SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desirelines.report.svg import (
    ACCENT,
    INK,
    PAGE_WIDTH,
    RULE,
    head_of,
    heatmap,
    name_rows,
    new_figure,
    style,
    to_svg,
    wrapped,
)
from desirelines.report.text import (
    NOTHING,
    feature_label,
    people_text,
    percent_text,
    shortened,
    step_text,
)

LIMIT = 2.0
"""Effects beyond this limit are drawn as strong as the limit."""
LONGEST = 60
"""Maximum characters of a segment name in a picture; longer names lose their middle."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One segment in the picture of sizes.

    Attributes:
        name: name shown.
        people: members; None when withheld.
        share: share of all people; None when withheld.
        is_rule: whether the segment is defined by a rule, not by clusters.
    """

    name: str
    people: float | None
    share: float | None
    is_rule: bool


def segment_sizes(bars: Sequence[Bar]) -> str:
    """Horizontal bars: clusters above rule segments, each kind with its heading and colour."""
    groups = [b for b in bars if not b.is_rule]
    kinds = [
        ("Groups found in behaviour" if len(groups) > 1 else "One group", ACCENT, groups),
        ("Segments set by a rule", RULE, [b for b in bars if b.is_rule]),
    ]
    shown = [kind for kind in kinds if kind[2]]
    largest = max((b.people or 0.0 for b in bars), default=0.0) or 1.0
    rows = len(bars) + 1.15 * len(shown)
    with style():
        figure, axes = new_figure(PAGE_WIDTH, 34 * rows + 14)
        place, ticks = 0.0, []
        for heading, colour, members in shown:
            axes.text(
                0,
                place + 0.15,
                heading,
                ha="left",
                va="center",
                fontsize=13,
                fontweight="bold",
                color=INK,
            )
            for offset, bar in enumerate(members, start=1):
                axes.barh(place + offset, bar.people or 0.0, height=0.62, color=colour)
                text = people_text(bar.people) + (
                    "" if bar.share is None else f"  ·  {percent_text(bar.share, 1)}"
                )
                axes.text(
                    (bar.people or 0.0) + largest * 0.012,
                    place + offset,
                    text,
                    ha="left",
                    va="center",
                    fontsize=13,
                )
                ticks.append((place + offset, wrapped(shortened(bar.name, LONGEST), 36)))
            place += len(members) + 1.15
        axes.set_yticks([t[0] for t in ticks], [t[1] for t in ticks], fontsize=13)
        axes.set_ylim(place - 0.4, -0.5)
        axes.set_xlim(0, largest * 1.2)
        axes.tick_params(length=0)
        axes.set_xticks([])
        for side in ("top", "right", "bottom"):
            axes.spines[side].set_visible(False)
        return to_svg(figure, name="sizes", label="Bars: people in each segment")


def differences(
    features: Sequence[str],
    segments: Sequence[str],
    effects: Mapping[tuple[str, str], float | None],
    names: Mapping[str, str],
) -> str:
    """Heatmap of effects: one row per feature, one column per cluster.

    Purple is above the rest, orange below, grey unknown. `effects` is by (feature, segment id).
    """
    cells = [[effects.get((f, s)) for s in segments] for f in features]
    texts = [
        [
            NOTHING if v is None else f"{v:+.1f}".replace("-", "−") if abs(v) >= 0.05 else "0.0"
            for v in line
        ]
        for line in cells
    ]
    column = (PAGE_WIDTH - 190) / len(segments)
    head = head_of(
        [shortened(names[s], LONGEST) for s in segments],
        width=column,
        size=12 if column >= 110 else 11,
    )
    with style():
        figure, axes = new_figure(PAGE_WIDTH, 31 * len(features) + head.height)
        values = [[float("nan") if v is None else v for v in line] for line in cells]
        heatmap(
            axes,
            values,
            colours="PuOr",
            limits=(-LIMIT, LIMIT),
            texts=texts,
            size=12 if column >= 40 else 10,
        )
        head.draw(axes)
        name_rows(axes, [feature_label(f) for f in features], width=26, size=13)
        return to_svg(
            figure,
            name="differences",
            label="Heatmap: how far each group is from the rest, by feature",
        )


def transitions(
    shares: Mapping[tuple[str, str], float],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    name: str,
    label: str,
) -> str:
    """From-steps by to-steps; each cell has the share of all transitions out of the from-step.

    Pairs without a share are blank.
    """
    size = 12 if len(columns) <= 14 else 10 if len(columns) <= 20 else 8
    values = [[shares.get((r, c), 0.0) for c in columns] for r in rows]
    texts = [
        [percent_text(shares[r, c]).rstrip("%") if (r, c) in shares else "" for c in columns]
        for r in rows
    ]
    head = head_of([shortened(step_text(c), 22) for c in columns], width=0, size=max(size, 10))
    with style():
        figure, axes = new_figure(620, 30 * len(rows) + head.height + 16)
        heatmap(axes, values, colours="Blues", limits=(0.0, 1.0), texts=texts, size=size)
        head.draw(axes)
        name_rows(axes, [shortened(step_text(r), 22) for r in rows], width=24, size=max(size, 10))
        axes.set_ylabel("from", fontsize=11, loc="top")
        axes.set_xlabel("to (percent of what follows)", fontsize=11, loc="left")
        return to_svg(figure, name=name, label=label)


def moves(
    counts: Mapping[tuple[str, str], float],
    rows: Sequence[str],
    columns: Sequence[str],
    names: Mapping[str, str],
) -> str:
    """From-segments by to-segments, with the people who moved; small groups are blank."""
    column = min((PAGE_WIDTH - 260) / len(columns), 150)
    values = [[float("nan") if r == c else counts.get((r, c), 0.0) for c in columns] for r in rows]
    texts = [
        [people_text(counts[r, c]) if (r, c) in counts and r != c else "" for c in columns]
        for r in rows
    ]
    labels = [shortened(names[r], LONGEST) for r in rows]
    row = max(38, *(16 * wrapped(label, 30).count("\n") + 24 for label in labels))
    head = head_of(
        [shortened(names[c], LONGEST) for c in columns],
        width=column,
        size=12 if column >= 110 else 11,
    )
    with style():
        figure, axes = new_figure(260 + column * len(columns), row * len(rows) + head.height + 20)
        heatmap(
            axes,
            values,
            colours="Blues",
            limits=(0.0, max(counts.values())),
            texts=texts,
            size=12 if column >= 50 else 10,
        )
        head.draw(axes)
        name_rows(axes, labels, width=30, size=12)
        axes.set_ylabel("was in", fontsize=11, loc="top")
        axes.set_xlabel("is in now", fontsize=11, loc="left")
        return to_svg(
            figure, name="moves", label="Heatmap: people who changed group since the last run"
        )

"""Charts of Vega-Lite as SVG text: same numbers, same bytes; colours are those of the page.

The colours are CSS variables with a fall-back, so one picture serves light, dark and paper. Every
mark that stands for numbers has them as its aria-label: screen readers read it, and the page's
script shows it on hover and on focus.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import vl_convert

INK, MUTED = "var(--ink, #1d2733)", "var(--muted, #55606d)"
LINE, ACCENT = "var(--line, #d8dde3)", "var(--accent, #0b5c8a)"
RULE, SOFT = "var(--rule, #8a5a00)", "var(--soft, #eef1f4)"
SERIES = tuple(
    f"var(--s{n}, {colour})"
    for n, colour in enumerate(
        ("#0072b2", "#d98200", "#009e73", "#b8578c", "#3a94c9", "#d55e00", "#7d7400", "#5b6673")
    )
)
"""Colours after Okabe and Ito, for colour-blind readers; the last one is for all that is left."""
RAMP = tuple(
    f"var(--r{n}, {colour})"
    for n, colour in enumerate(
        ("#f1f6fa", "#d6e6f2", "#b3d0e6", "#86b4d6", "#5794c1", "#2f72a6", "#0b4f7d")
    )
)
"""From little to much, in seven bins."""
SPLIT = tuple(
    f"var(--d{n}, {colour})"
    for n, colour in enumerate(
        ("#b35806", "#e9a04c", "#f9d7ac", "#f3f4f6", "#d5d3e8", "#a39bcb", "#54278f")
    )
)
"""From below (orange) to above (purple), in seven bins."""
NARROW, WIDE = 340, 1000
"""Pixels: a narrow chart fits a phone; a wide one is pushed sideways there."""
FONT = "Liberation Sans"
"""Comes with the converter, so text is measured alike on every machine. The page sets its own."""

THEME: dict[str, Any] = {
    "background": None,
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "aria": False,
        "labelColor": INK,
        "titleColor": MUTED,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
        "labelLimit": 0,
    },
    "text": {"color": INK, "fontSize": 12},
    "legend": {
        "aria": False,
        "labelColor": INK,
        "titleColor": MUTED,
        "labelFontSize": 12,
        "labelLimit": 0,
        "symbolSize": 90,
    },
}


def to_svg(chart: alt.TopLevelMixin, *, width: int, height: int) -> str:
    """The chart as SVG of this size, with its axes."""
    spec = chart.to_dict(validate=False)
    spec |= {
        "width": width,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": 2,
        "config": THEME,
    }
    return _converted(json.dumps(spec))


@lru_cache(maxsize=512)
def _converted(spec: str) -> str:
    """Equal charts, such as those of two pages of the same run, are drawn once."""
    return str(vl_convert.vegalite_to_svg(spec))


def rows_of(rows: Sequence[Mapping[str, Any]]) -> alt.InlineData:
    """Rows for a chart."""
    return alt.InlineData(values=[dict(row) for row in rows])


def labels_of(names: Sequence[str]) -> str:
    """An expression that gives the name of each place; names may be equal, places are not."""
    # A text of JSON is one of Vega's expression language, too: nothing in a name can end it.
    quoted = ",".join(_quoted(name) for name in names)
    return f"[{quoted}][datum.value]"


def _quoted(name: str) -> str:
    return (
        '"'
        + "".join(
            c if c.isalnum() or c == " " else f"\\u{ord(c):04x}" if ord(c) < 0x10000 else c
            for c in name
        )
        + '"'
    )


def colours(palette: Sequence[str]) -> alt.Scale:
    """A scale from the numbers 0, 1, … to the colours of a palette."""
    return alt.Scale(domain=list(range(len(palette))), range=list(palette))


def bin_of(value: float, limits: tuple[float, float], bins: int) -> int:
    """The number of the bin of a value; what lies beyond the limits is in the outer bins."""
    low, high = limits
    place = 0.0 if high <= low else (value - low) / (high - low)
    return min(bins - 1, max(0, int(place * bins)))

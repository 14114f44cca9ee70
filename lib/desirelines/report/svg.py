"""Drawing of pictures: one style, inline SVG, the same bytes for the same numbers."""

from __future__ import annotations

import html
import io
import re
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.typing import RcKeyType

ACCENT, RULE, INK, MUTED, UNKNOWN = "#0b5c8a", "#8a929c", "#1d2733", "#5b6673", "#dfe2e6"
PAGE_WIDTH = 1052
"""Pixels between the margins of the page."""

_STYLE: dict[RcKeyType, object] = {
    "svg.hashsalt": "desirelines",
    "svg.fonttype": "none",  # text stays text: it can be selected and read aloud
    "text.parse_math": False,  # a name with two $ is a name
    "text.color": INK,
    "axes.edgecolor": "#c4cad1",
    "axes.labelcolor": MUTED,
    "xtick.color": INK,
    "ytick.color": INK,
    "font.size": 12,
    # Comes with matplotlib, so text has the same size everywhere; wider than the font of the page.
    "font.sans-serif": ["DejaVu Sans"],
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}


@contextmanager
def style() -> Iterator[None]:
    """Set Matplotlib's defaults with the house style, and restore the settings afterwards."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        # The browser draws the text; a letter that is missing here is only measured as a box.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


def new_figure(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure of this size in pixels, with axes that make room for their labels."""
    layout = ConstrainedLayoutEngine(w_pad=4 / 72, h_pad=4 / 72)
    figure = Figure(figsize=(width / 72, height / 72), dpi=72, layout=layout)
    return figure, figure.add_subplot()


def to_svg(figure: Figure, *, name: str, label: str) -> str:
    """The picture as an `<svg>` element for HTML.

    `name` makes its ids unique; screen readers read `label`.
    """
    buffer = io.StringIO()
    figure.savefig(
        buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
    )
    text = buffer.getvalue()
    text = _LEFT_OUT.sub("", text[text.index("<svg") :])
    prefix = re.sub(r"\W", "_", name)
    # Tags only, so that text of names stays as it is.
    text = _TAG.sub(lambda tag: _for_html(tag[0], prefix), text)
    return text.replace("<svg", f'<svg role="img" aria-label="{html.escape(label)}"', 1).strip()


_TAG = re.compile(r"<[^<>]*>")
_LEFT_OUT = re.compile(r"<!--.*?-->\s*|<style.*?</style>\s*|<defs>\s*</defs>\s*", re.DOTALL)
"""Comments, and a style sheet that would apply to the whole page."""


def _for_html(tag: str, prefix: str) -> str:
    """A tag for a page with several pictures: unique ids, size in pixels, no repeated defaults."""
    if tag.startswith("<svg"):
        return re.sub(
            r' height="[\d.]+pt"', "", re.sub(r' width="([\d.]+)pt"', r' width="\1"', tag)
        )
    if tag.startswith("<path"):
        tag = " ".join(re.sub(r"(\.\d\d)\d+", r"\1", tag).split())
    if tag.startswith("<text"):
        return re.sub(r' font-family: [^;]*;| transform="rotate\(-0 [^"]*"', "", tag)
    tag = re.sub(r' id="([^"]*)"', rf' id="{prefix}-\1"', tag)
    return re.sub(r'(url\(|xlink:href=")#', rf"\1#{prefix}-", tag)


def wrapped(text: str, width: int) -> str:
    """The text in lines of `width` characters, broken between the parts of a segment name first."""
    if len(text) <= width:
        return text
    *heads, tail = (textwrap.wrap(part, max(width, 4)) or [part] for part in text.split(" · "))
    return " ·\n".join("\n".join(lines) for lines in (*heads, tail))


def letters_in(pixels: float, size: float) -> int:
    """Number of characters that certainly fit."""
    return int(pixels / (0.57 * size))


def heatmap(
    axes: Axes,
    values: npt.ArrayLike,
    *,
    colours: str,
    limits: tuple[float, float],
    texts: Sequence[Sequence[str]],
    size: float,
) -> None:
    """Draw a matrix with the first row on top, NaN in grey and readable text in the cells."""
    shades = matplotlib.colormaps[colours].with_extremes(bad=UNKNOWN)
    matrix = np.ma.masked_invalid(np.asarray(values, dtype=float))
    mesh = axes.pcolormesh(
        matrix,
        cmap=shades,
        vmin=limits[0],
        vmax=limits[1],
        edgecolors="white",
        linewidth=1.5,
        clip_on=False,
    )
    filled = shades(np.ma.asarray(mesh.norm(matrix)))
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            if text:
                red, green, blue, _ = filled[row, column]
                is_dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.55
                cell = axes.text(
                    column + 0.5,
                    row + 0.5,
                    text,
                    ha="center",
                    va="center_baseline",
                    fontsize=size,
                    color="white" if is_dark else INK,
                )
                # The text is inside the axes, and measuring hundreds of texts would take long.
                cell.set_in_layout(False)
    axes.set_ylim(matrix.shape[0], 0)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


@dataclass(frozen=True, slots=True)
class Head:
    """Column names above a matrix, and the height that they need.

    Attributes:
        names: the names, broken into lines.
        size: font size.
        is_slanted: whether names are slanted, because columns are too narrow.
        height: height in pixels.
    """

    names: tuple[str, ...]
    size: float
    is_slanted: bool
    height: float

    def draw(self, axes: Axes) -> None:
        """Draw the names above the matrix."""
        slant: dict[str, Any] = (
            {"rotation": 50, "ha": "left", "rotation_mode": "anchor"} if self.is_slanted else {}
        )
        axes.set_xticks(
            [n + 0.5 for n in range(len(self.names))], self.names, fontsize=self.size, **slant
        )


def head_of(names: Sequence[str], *, width: float, size: float) -> Head:
    """Names over columns of `width` pixels: in lines if there is room, else slanted."""
    is_slanted = width < 64
    broken = tuple(
        wrapped(name, 26 if is_slanted else letters_in(width - 4, size)) for name in names
    )
    lines = max((name.count("\n") + 1 for name in broken), default=1)
    longest = max((len(line) for name in broken for line in name.split("\n")), default=1)
    height = 0.8 * (0.6 * size * longest) + lines * size if is_slanted else 1.35 * size * lines
    return Head(broken, size, is_slanted, height + 18)


def name_rows(axes: Axes, names: Sequence[str], *, width: int, size: float) -> None:
    """Draw row names left of a matrix, in lines of at most `width` characters."""
    axes.set_yticks(
        [n + 0.5 for n in range(len(names))], [wrapped(n, width) for n in names], fontsize=size
    )

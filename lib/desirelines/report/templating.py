"""The templates of the page, and what fills them."""

from __future__ import annotations

from functools import cache, partial
from importlib import resources
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined

from desirelines.report.text import in_currency

FOLDER = resources.files("desirelines.report") / "templates"
"""Also where the package is an archive."""


@cache
def text_of_file(name: str) -> str:
    """A file beside the templates."""
    return (FOLDER / name).read_text(encoding="utf-8")


def filled(template: str, currency: str = "", **content: Any) -> str:
    """The template with its content; whatever comes from outside is escaped."""
    environment = Environment(
        loader=DictLoader(
            {f.name: text_of_file(f.name) for f in FOLDER.iterdir() if f.name.endswith(".j2")}
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["in_currency"] = partial(in_currency, currency=currency)
    return environment.get_template(template).render(**content)

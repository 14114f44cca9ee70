"""`desirelines init --from`: infer a mapping from some rows."""

from __future__ import annotations

import re
from pathlib import Path

from desirelines.characters import plain_text
from desirelines.errors import SettingsError
from desirelines.io.sources.samples import is_table, look
from desirelines.io.spark.session import spark_session
from desirelines.settings.infer_source import Guess, guess_mapping
from desirelines.settings.validators import MOST_LETTERS

SAMPLE_ROWS = 1000


def guessed(where: str) -> tuple[str, Guess]:
    """Infer the name of a source and a mapping from its first rows.

    Raises:
        SettingsError: the path holds characters that cannot be written into a mapping.
        SourceError: there is nothing readable at the path.
        EmptyInputError: there are no rows.
    """
    try:
        plain_text(where)
    except ValueError as error:
        raise SettingsError([f"init --from: {error}"]) from None
    spark, is_mine = spark_session()
    try:
        found = look(spark, where, SAMPLE_ROWS)
    finally:
        if is_mine:
            spark.stop()
    name = re.sub(
        r"[^a-z0-9]+", "_", Path(where).name.split(".")[-1 if is_table(where) else 0].lower()
    ).strip("_")
    name = (name if re.match(r"[a-z]", name) else f"source_{name}".rstrip("_"))[:MOST_LETTERS]
    place = ("table", where) if is_table(where) else ("path", str(Path(where).resolve()))
    return name, guess_mapping(
        found.rows, name=name, format=found.format, where=place, delimiter=found.delimiter
    )

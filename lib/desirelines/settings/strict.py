"""What every part of the configuration has in common: frozen models and plain names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from desirelines.characters import plain_text
from desirelines.settings.validators import known_name, known_span, known_table

Name = Annotated[str, AfterValidator(known_name)]
"""A name given by a person."""
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)]
"""A name that becomes part of a column name."""
TableName = Annotated[str, AfterValidator(known_table)]
"""The name of a table in a catalog."""
Place = Annotated[str, Field(min_length=1)]
"""A path or an address."""


class Strict(BaseModel):
    """A frozen model that refuses unknown keys, text with invisible characters, and NaN."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False
    )

    of_lines: ClassVar[frozenset[str]] = frozenset()
    """Fields whose text may have several lines."""

    @field_validator("*", mode="before")
    @classmethod
    def _no_word_is_a_number(cls, value: object, info: ValidationInfo) -> object:
        """Refuse `yes`, `on` and `true`, which YAML reads as the same and pydantic as 1."""
        if (
            isinstance(value, bool)
            and cls.model_fields[str(info.field_name)].annotation is not bool
        ):
            raise ValueError(
                f"{str(value).lower()} (which YAML reads from yes or no) has no meaning here"
            )
        return value

    @field_validator("*", mode="after")
    @classmethod
    def _can_be_read(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(value, int | float):
            known_span(str(info.field_name), value)
        for text in _texts(value):
            plain_text(text, has_lines=info.field_name in cls.of_lines)
        return value


def _texts(value: object) -> Iterator[str]:
    """Every text in a value; nested models check their own texts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _texts(inner)

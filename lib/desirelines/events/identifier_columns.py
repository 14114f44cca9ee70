"""Identifiers of raw rows: their normal values, and the keys made of them."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.columns.keys import Junk, identifier_key, plain_value, without_junk
from desirelines.events.marks import marked_key
from desirelines.events.raw_fields import ALIAS_KEY, RawRows
from desirelines.settings.identity import Identity

_GIVEN = ("order_id", "currency")
"""Columns whose words for nothing are null."""


def key_column(id_type: str) -> str:
    """Name of the column that holds an identifier's key during ingest."""
    return f"key_{id_type}"


def value_column(id_type: str) -> str:
    """Name of the column that holds an identifier's value during ingest, where it is kept."""
    return f"value_{id_type}"


def identifier_columns(
    raw_rows: RawRows, identity: Identity, marked: Column | None
) -> tuple[dict[str, Column], dict[str, Column]]:
    """Columns of the identifiers' keys, and of the values that the mapping keeps, by name."""
    source = raw_rows.source

    def key(id_type: str, of: str, names: tuple[str, ...]) -> Column:
        key_of_value = identifier_key(id_type, F.col(normal_column(of)))
        if marked is None:
            return key_of_value
        key_of_mark = F.coalesce(*(marked_key(id_type, raw_rows.field(name)) for name in names))
        return F.when(marked, key_of_mark).otherwise(key_of_value)

    def kept_value(id_type: str) -> Column:
        value = F.col(normal_column(key_column(id_type)))
        return value if marked is None else F.when(~marked, value)

    values = {value_column(t): kept_value(t) for t, i in source.ids.items() if i.keep_value}
    keys = {key_column(t): key(t, key_column(t), i.names) for t, i in source.ids.items()}
    if source.alias is not None:
        keys[ALIAS_KEY] = key(identity.login_type, ALIAS_KEY, source.alias.names)
    return keys, values


def with_normal_values(raw_rows: RawRows, identity: Identity) -> RawRows:
    """Add the normal value of each identifier, and of an order's number and a currency.

    In two steps, because each value is in the second one many times.
    """
    source, columns = raw_rows.source, raw_rows.source.columns
    texts = {key_column(t): raw_rows.first_text(i.names) for t, i in source.ids.items()}
    caseless = {key_column(t) for t in identity.caseless_types}
    if source.alias is not None:
        texts[ALIAS_KEY] = raw_rows.first_text(source.alias.names)
        if identity.login_type in identity.caseless_types:
            caseless.add(ALIAS_KEY)
    # Words for nothing, as (not set), would make one order of many.
    texts |= {name: raw_rows.text(getattr(columns, name)) for name in _GIVEN}
    junk = Junk.of(tuple(identity.junk_values))
    return raw_rows.adding({_plain(n): plain_value(text) for n, text in texts.items()}).adding(
        {
            normal_column(name): without_junk(
                F.col(_plain(name)), caseless=name in caseless, junk=junk
            )
            for name in texts
        }
    )


def _plain(name: str) -> str:
    return f"_plain_{name}"


def normal_column(name: str) -> str:
    """Name of the column that holds a normal value during ingest."""
    return f"_normal_{name}"

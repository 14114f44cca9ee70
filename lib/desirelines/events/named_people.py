"""Raw identifiers by which the rows of a source name people."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.events.identifier_columns import (
    identifier_columns,
    key_column,
    with_normal_values,
)
from desirelines.events.raw_fields import ALIAS_KEY, RawRows
from desirelines.events.row_expressions import ROW
from desirelines.settings import Identifier, Source, column_path
from desirelines.settings.identity import Identity


def identifier_places(source: Source) -> dict[str, str]:
    """The columns in which a source has identifiers, as dotted names, by a short name for each."""
    identifiers = (*source.ids.values(), *([source.alias] if source.alias else []))
    names = dict.fromkeys(name for identifier in identifiers for name in identifier.names)
    return {f"place_{n}": name for n, name in enumerate(names)}


def to_named(
    source_rows: DataFrame,
    keys: DataFrame,
    pads: DataFrame,
    source: Source,
    identity: Identity,
) -> DataFrame:
    """Combinations of raw identifiers that name somebody with one of these keys.

    Shape: a column for each of `identifier_places`, as it is in the rows; row_count; id_type and
    value, the identifier with the key. A combination comes once for each such identifier. Rows with
    the same raw identifiers have the same keys, so a combination tells exactly which rows are
    theirs. `keys` holds key; `pads` are those of the data secret.
    """
    places = identifier_places(source)
    columns = [F.col(column_path(name)).alias(place) for place, name in places.items()]
    combinations = source_rows.groupBy(*columns).agg(F.count("*").alias("row_count"))
    flat = _by_place(source, places)
    rows = combinations.withColumn(ROW, F.struct(*places)).crossJoin(pads)
    raw_rows = with_normal_values(RawRows(rows, flat), identity)
    made, _ = identifier_columns(raw_rows, identity, None)
    types = {key_column(t): (t, i) for t, i in flat.ids.items()}
    if flat.alias is not None:
        types[ALIAS_KEY] = (identity.login_type, flat.alias)
    identifiers = F.array(
        *(
            F.struct(
                F.lit(id_type).alias("id_type"),
                raw_rows.first_text(identifier.names).alias("value"),
                made[name].alias("key"),
            )
            for name, (id_type, identifier) in types.items()
        )
    )
    named = raw_rows.rows.select(*places, "row_count", F.inline(identifiers))
    return named.join(F.broadcast(keys), "key", "left_semi").drop("key")


def _by_place(source: Source, places: Mapping[str, str]) -> Source:
    """The mapping of the combinations: of their identifiers alone."""
    place_of = {name: place for place, name in places.items()}

    def placed(identifier: Identifier) -> Identifier:
        column, several = identifier.column, identifier.first_of
        return identifier.model_copy(
            update={
                "column": None if column is None else place_of[column],
                "first_of": None if several is None else tuple(place_of[n] for n in several),
            }
        )

    return source.model_copy(
        update={
            "ids": {id_type: placed(identifier) for id_type, identifier in source.ids.items()},
            "alias": None if source.alias is None else placed(source.alias),
            "columns": source.columns.model_copy(update={"order_id": None, "currency": None}),
            "lines": None,
        }
    )

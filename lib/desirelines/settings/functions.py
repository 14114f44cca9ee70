"""Functions that expressions may call: their value depends on their arguments only.

Left out on purpose: functions that run code or read outside the row (`reflect`, `java_method`,
`input_file_name`, subqueries and table functions); functions that depend on the clock, the user,
the session or chance; aggregates, windows and generators; functions that take a schema or a name as
text; and functions that turn a short input into a long output (`repeat`, `sequence`, `space`).
"""

from __future__ import annotations

FUNCTIONS: dict[str, tuple[str, ...]] = {
    "text": (
        "btrim",
        "char_length",
        "concat",
        "concat_ws",
        "contains",
        "endswith",
        "initcap",
        "instr",
        "left",
        "length",
        "locate",
        "lower",
        "lpad",
        "ltrim",
        "parse_url",
        "regexp_extract",
        "regexp_like",
        "regexp_replace",
        "replace",
        "reverse",
        "right",
        "rpad",
        "rtrim",
        "split",
        "split_part",
        "startswith",
        "substr",
        "substring",
        "substring_index",
        "translate",
        "trim",
        "try_parse_url",
        "try_url_decode",
        "upper",
        "url_decode",
    ),
    "choices and nulls": (
        "coalesce",
        "greatest",
        "if",
        "ifnull",
        "isnotnull",
        "isnull",
        "least",
        "nullif",
        "nvl",
        "nvl2",
    ),
    "numbers": (
        "abs",
        "bround",
        "ceil",
        "ceiling",
        "floor",
        "mod",
        "pmod",
        "round",
        "sign",
        "try_add",
        "try_divide",
        "try_multiply",
        "try_subtract",
    ),
    "times": (
        "add_months",
        "date_add",
        "date_diff",
        "date_format",
        "date_sub",
        "date_trunc",
        "datediff",
        "day",
        "dayofmonth",
        "dayofweek",
        "dayofyear",
        "from_utc_timestamp",
        "hour",
        "last_day",
        "make_date",
        "minute",
        "month",
        "months_between",
        "quarter",
        "second",
        "timestamp_micros",
        "timestamp_millis",
        "timestamp_seconds",
        "to_date",
        "to_timestamp",
        "to_utc_timestamp",
        "trunc",
        "try_to_timestamp",
        "unix_micros",
        "unix_millis",
        "unix_seconds",
        "weekday",
        "weekofyear",
        "year",
    ),
    "arrays, maps, structs": (
        "array",
        "array_compact",
        "array_contains",
        "array_distinct",
        "array_join",
        "array_max",
        "array_min",
        "array_position",
        "cardinality",
        "element_at",
        "get",
        "map_contains_key",
        "map_keys",
        "map_values",
        "named_struct",
        "size",
        "slice",
        "struct",
        "try_element_at",
    ),
    "each element of an array, by `x -> …`": ("exists", "filter", "forall", "transform"),
    "JSON and variants": (
        "get_json_object",
        "is_variant_null",
        "parse_json",
        "to_json",
        "try_parse_json",
        "try_variant_get",
        "variant_get",
    ),
}
"""Names of Spark's built-in functions, by topic."""

ALLOWED = frozenset(name for names in FUNCTIONS.values() for name in names)

OF_ELEMENTS = {"exists": (1,), "filter": (1, 2), "forall": (1,), "transform": (1, 2)}
"""Functions that take an array and `x -> …`: how many names may stand before the arrow."""

TYPES = frozenset(
    {
        "bigint",
        "boolean",
        "date",
        "decimal",
        "double",
        "float",
        "int",
        "integer",
        "long",
        "smallint",
        "string",
        "timestamp",
        "tinyint",
        "variant",
    }
)
"""Types to cast to; `array<…>` of one of them is allowed too."""

ROW_NAMES = frozenset({"row", "line"})
"""Names that an expression in a mapping can use: the source's row, and one of its lines."""

NO_COLUMNS = frozenset(
    {
        "current_catalog",
        "current_database",
        "current_date",
        "current_schema",
        "current_time",
        "current_timestamp",
        "current_user",
        "grouping__id",
        "localtimestamp",
        "session_user",
        "user",
    }
)
"""Names that Spark reads as a function of the clock or session if no column has the name."""

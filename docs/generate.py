"""Writes the pages that are generated from the code; a test fails when they are out of date.

They are docs/tables.md, docs/features.md, docs/expressions.md, docs/mapping.md, docs/commands.md,
docs/configuration.md, jobs/README.md, the picture in README.md, and the views in deploy/warehouse/.
"""

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from desirelines.catalogue import FEATURES, LABELS, Feature, mapping_keys
from desirelines.catalogue.kinds import KINDS
from desirelines.pipeline import STAGES
from desirelines.settings.functions import FUNCTIONS, TYPES
from desirelines.settings.source import Source
from desirelines.settings.source_columns import Columns, Identifier, TimeColumn, ValueColumn
from desirelines.tables import (
    ALL,
    CURRENT_SEGMENTS,
    NET_CHANGES,
    PUBLISHED_CHANGES,
    RUN_METRICS,
    VIEWS,
    View,
)

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))  # a test loads this file by its path
import reference  # noqa: E402


def tables_page() -> str:
    """Every table's contract."""
    lines = [
        "# Tables",
        "",
        "Generated from `lib/desirelines/tables/` by `make docs`. Times are UTC, in microseconds. "
        "Columns with personal data never get file statistics. Terms: [glossary](glossary.md).",
        "",
    ]
    lines += ["| table | one row is | key | written |", "|---|---|---|---|"]
    lines += [
        f"| [`{t.name}`](#{t.name}) | {t.grain} | {', '.join(t.key)} | {t.written} |" for t in ALL
    ]
    for table in ALL:
        erased = ", ".join(table.erased_by) or "– (it holds no person)"
        parts = f" Files by {', '.join(table.partition_by)}." if table.partition_by else ""
        lines += [
            "",
            f"## {table.name}",
            "",
            f"One row is {table.grain}. Key: {', '.join(table.key)}. Erased by: {erased}. Kept: "
            f"{table.kept}.{parts}",
            *(["", table.for_readers] if table.for_readers else []),
            "",
        ]
        lines += ["| column | type | unit | personal | meaning |", "|---|---|---|---|---|"]
        lines += [
            f"| `{c.name}` | {c.type.simpleString()} | {c.unit} | {'yes' if c.personal else ''} | "
            f"{c.meaning.replace('|', '/')} |"
            for c in table.columns
        ]
    return "\n".join([*lines, *views_section()]) + "\n"


def views_section() -> list[str]:
    """Every view's contract."""
    lines = [
        "",
        "# Views",
        "",
        "Made when they are read, from the tables above. A notebook has them as methods of "
        "`desirelines.open(…)`; [deploy/warehouse](../deploy/warehouse/README.md) has them as SQL. "
        "The last one is what `desirelines export` writes.",
    ]
    for view in (*VIEWS, NET_CHANGES):
        lines += [
            "",
            f"## {view.name}",
            "",
            f"One row is {view.grain}. Key: {', '.join(view.key)}. Made of: "
            f"{', '.join(f'`{name}`' for name in view.made_of)}.",
            *(["", view.for_readers] if view.for_readers else []),
            "",
            "| column | type | unit | personal | meaning |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| `{c.name}` | {c.type.simpleString()} | {c.unit} | {'yes' if c.personal else ''} | "
            f"{c.meaning} |"
            for c in view.columns
        ]
    return lines


def _clustering(feature: Feature) -> str:
    """Whether and of whom a feature is used in clustering, where it is not of everybody."""
    if not feature.is_clustered:
        return " *reported only*"
    if feature.needs:
        return f" *from {feature.needs_from:g} {feature.needs.replace('_', ' ')}*"
    return ""


def features_page() -> str:
    """Every feature of the catalogue."""
    lines = [
        "# Features",
        "",
        "Generated from `lib/desirelines/catalogue/` by `make docs`. Every feature is as of a "
        "date; its window is the `features.window_days` before that date.",
        "",
    ]
    lines += [
        "Clustering uses every feature that is not marked *reported only*. A feature marked "
        "*from 3 active days* is used of people with so many; below, a mean is left to chance.",
        "",
    ]
    lines += [
        "| feature | family | unit | days | meaning | null means | source |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{f.name}`{_clustering(f)} | {f.family} | {f.unit} | "
        f"{f.window} | {f.meaning} | {f.null_means} | {f.source} |"
        for f in FEATURES
    ]
    for label in LABELS:
        if label is LABELS[0]:
            lines += [
                "",
                "## Labels",
                "",
                "Words that describe a person, in `person_labels`. "
                "Each label has one of these values:",
            ]
        lines += [
            "",
            f"### {label.name}",
            "",
            f"{label.meaning}. Null: {label.null_means}. Source: {label.source}.",
            "",
        ]
        lines += [
            "| word | when |",
            "|---|---|",
            *(f"| `{word}` | {when} |" for word, when in label.values.items()),
        ]
    return "\n".join(lines) + OWN


OWN = """
## Your own
A feature of your own is an aggregate over sessions or events, with a filter and a window that ends
at as_of; it needs no code. It is listed in `features.own` under its name. It is clustered by and
shown in profiles, and its words `high` and `low` name segments.

```yaml
features:
  own:
    - name: pdf_exports
      meaning: exports to PDF
      unit: exports
      over: events              # or sessions; columns and meanings in docs/tables.md
      aggregate: count          # count, sum, mean, min, max, distinct
      of: null                  # a column or an expression (docs/expressions.md); count needs none
      where: "event_name = 'export' AND page LIKE '%.pdf'"
      window_days: 90           # default: features.window_days
      scale: log                # log for skewed values, otherwise plain
      high: exporting
      low: exporting nothing
  # An occasion gives the features christmas_share, christmas_lift and christmas_times. People who
  # buy for it have its name in person_labels.occasions.
  occasions:
    - {name: christmas, country: DE, holiday: Christmas Day, lead_days: 21}
    - {name: our_sale, dates: [2024-11-29, 2025-11-28], lead_days: 0, days: 4}
    # a property that the mapping keeps: 2001-05-17 or --05-17; the person's newest value counts
    - {name: birthday, property: birthday}
  key_kinds: [purchase, feature_use]   # what makes a day active; default: any visit or order
  path_words: 50                # the 50 runs of two or three steps of most people, by TF-IDF
```

An expression that is not allowed is a mistake in the configuration, and nothing runs. An
expression that names a missing column stops `build-features` with that name before any feature is
written.
"""


def expressions_page() -> str:
    """What an expression of the settings may hold."""
    functions = [
        f"| {about} | {', '.join(f'`{n}`' for n in names)} |" for about, names in FUNCTIONS.items()
    ]
    return EXPRESSIONS.format(
        functions="\n".join(functions), types=", ".join(f"`{t}`" for t in sorted(TYPES))
    )


EXPRESSIONS = """# Expressions

Generated from `lib/desirelines/settings/functions.py` by `make docs`. Expressions are allowed in
two places: `sql` of a value in a source's mapping, and `where` and `of` of a feature of your own.
An expression is written as in Spark SQL, and gives what Spark gives for the same text. It sees only
its row. Anything that is not on this page is refused when the configuration is read (exit code 2,
with file, line and place).

```yaml
columns:
  event_name: {{sql: "CASE WHEN row.status = 'refunded' \
THEN 'order_refunded' ELSE 'order_paid' END"}}
  amount: {{sql: "try_multiply(try_cast(row.quantity AS decimal(12,2)), \
try_cast(row.unit_price AS decimal(12,2)))"}}
```

## What it sees
| where | names |
|---|---|
| `sql` in a mapping | `row.` and a column of the source, with dots into nested columns; \
`line.` and a column of one of its `lines`, where these are mapped. For JSON, `row` and `line` are \
variants: `try_variant_get(row, '$.context.page', 'string')` |
| `where`, `of` | the columns of `events` or `sessions` in docs/tables.md, by their names |

A name with other characters than letters, digits and `_` is written in backticks.

## What it may hold
- Constants: `'text'` with Spark's backslashes, `r'text'` without; `1`, `1.5` (a decimal), `1e3` (a
  double); `TRUE`, `FALSE`, `NULL`; `DATE '2026-01-31'`, `TIMESTAMP '2026-01-31 10:00:00'` (UTC,
  unless it names an offset).
- Operators, with Spark's precedence: `+ - * / % DIV ||`, `= <> < <= > >= <=>`, `AND OR NOT`,
  `[NOT] IN (…)`, `[NOT] BETWEEN … AND …`, `[NOT] LIKE`, `ILIKE` (with `ESCAPE`), `RLIKE`,
  `IS [NOT] NULL`, `IS [NOT] TRUE`, `IS [NOT] DISTINCT FROM`; `list[0]`, `struct.field`.
- `CASE … WHEN … THEN … ELSE … END`, `CAST(… AS type)`, `TRY_CAST(… AS type)`, to {types}, or
  `array<…>` of one of them. A `CAST` of a value that does not fit stops the run; `TRY_CAST` gives
  null.
- These functions, as in Spark:

| about | functions |
|---|---|
{functions}

## What it must not hold
- Subqueries and other tables, stars, aggregates, windows, comments, hints.
- User-defined functions, functions of a catalogue, `reflect` and the like.
- Anything that depends on the clock, the user, the session or chance, also in disguise (`'now'` is
  a time to Spark).
- More than 2,000 characters, or more than 25 levels of brackets.

So two runs over the same rows give the same values, and no expression reaches the secret that turns
identifiers into keys. Spark fills in no variables: `'${{env:HOME}}'` is a text.
"""


def mapping_page() -> str:
    """Every key of a source's mapping."""
    sections = {
        "source": (Source, mapping_keys.SOURCE),
        "columns": (Columns, mapping_keys.COLUMNS),
        "value": (ValueColumn, mapping_keys.VALUE),
        "time": (TimeColumn, mapping_keys.TIME),
        "identifier": (Identifier, mapping_keys.IDENTIFIER),
    }
    tables = {
        name: "\n".join(
            [
                "| key | needed | meaning | example |",
                "|---|---|---|---|",
                *(
                    f"| `{key}` | {'yes' if field.is_required() else ''} | {keys[key][0]} | "
                    f"`{keys[key][1]}` |"
                    for key, field in model.model_fields.items()
                ),
            ]
        )
        for name, (model, keys) in sections.items()
    }
    return MAPPING.format(kinds=", ".join(f"`{k}`" for k in KINDS), **tables)


MAPPING = """# Mapping of a source

Generated from `lib/desirelines/settings/` and `lib/desirelines/catalogue/mapping_keys.py` by \
`make docs`. A mapping is a YAML file that `sources` in the configuration names. `desirelines \
init --from FILE` guesses a first one, and `desirelines check` says what does not fit. \
`conf/sources/` has mappings to copy from. Terms: [glossary](glossary.md).

## Keys of a source
{source}

## Keys of `columns`
{columns}

## A value
Exactly one of these keys, or the name of a column as a text.

{value}

## A time
{time}

## An identifier
An entry of `ids`, and `alias`.

{identifier}

## Kinds
{kinds}.

## Results under your own ids
Tables name people by keys, and no table leads back from a key. To join results to your own ids, \
keep the values of one type in the mapping **before the first row is read**:

```yaml
ids:
  customer: {{column: customer_id, keep_value: true}}
```

Then `identifiers` has the value of each key of this type, and the person of a key is in \
`identity_map`:

```sql
SELECT i.value AS customer_id, m.segment_id
FROM segment_members m
JOIN identity_map p ON p.person_id = m.person_id AND p.to_run IS NULL
JOIN identifiers i ON i.key = p.key
WHERE m.is_primary
```

## Tables by day
Rows of what each person bought on each day have no time, no id of an event and often no number of \
an order:

```yaml
identity: occurrence                # two equal rows are two purchases
columns:
  occurred_at: {{column: date, pattern: yyyyMMdd}}
  event_name: {{value: purchase}}
  order_id: date                    # all that a person buys on a day is one order
  amount: dollar_value
ids: {{customer: customer_id}}
kinds: {{purchase: purchase}}
```

Every event is at midnight, so features of the hour of day say nothing. Without `order_id` each \
row counts as an order of its own.
"""


JOBS = {"publish": "publish_segments"}
"""Submit files that are not called like their stage."""
AGAIN = {"ingest-events": "new rows only", "publish": "once a run"}


def jobs_page() -> str:
    """Every submit file, with what its stage reads and writes."""
    rows = [
        f"| `{JOBS.get(stage.name, stage.name.replace('-', '_'))}.py` | `{stage.name}` | {reads} | "
        f"{', '.join(table.name for table in stage.writes)} | {AGAIN.get(stage.name, 'yes')} |"
        for stage in STAGES
        for reads in [", ".join(table.name for table in stage.reads)]
    ]
    return JOBS_PAGE.format(stages="\n".join(rows))


JOBS_PAGE = """# Submit files

Made from `STAGES` in `lib/desirelines/pipeline.py` by `make docs`. Each file is four lines that \
call the same function as the command `desirelines`. Build `dist/desirelines.zip` with \
`make package`, then

    deploy/spark-submit.sh 'spark://host:7077' jobs/run_all.py --conf my.yaml

| file | command | reads | writes | again? |
|---|---|---|---|---|
| `run_all.py` | `run` | the sources | everything below | the same inputs change nothing |
| `assign_by_model.py` | `assign` | the sources, the published model | everything below, but no \
trials and models of its own | the same inputs change nothing |
{stages}
| `write_report.py` | `report` | aggregates of a run | the page | yes |

All but `write_report.py` refuse the id of a run that has ended, and a second driver of a \
warehouse while the first is alive. An orchestrator's retry gives the same `--run-id`: a run that \
did not end is continued; one that did end is left as it is (exit code 2).
"""


def picture() -> str:
    """The stages as a Mermaid graph: each with the tables that it is the first to write."""
    lines = ["flowchart LR", "    sources[(sources)]"]
    before, written = "sources", set()
    for stage in STAGES:
        tables = [table.name for table in stage.writes if table.name not in written]
        written |= set(tables)
        node = stage.name.replace("-", "_")
        lines.append(f"    {before} -->|{stage.name}| {node}[({'<br>'.join(tables)})]")
        before = node
    lines.append(f"    {before} -->|report| page[report.html]")
    return "\n".join(lines)


def readme_page() -> str:
    """The front page, its picture made from the stages."""
    page = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    start, end = "```mermaid\n", "\n```"
    head, rest = page.split(start, 1)
    return head + start + picture() + end + rest.split(end, 1)[1]


@dataclass(frozen=True)
class Dialect:
    """How a warehouse writes SQL.

    `place` says what {warehouse} stands for; `table` and `view` are addresses, with %s for a name.
    """

    name: str
    place: str
    table: str
    view: str
    quote: str


DIALECTS = (
    Dialect("duckdb", "the folder of the tables", "delta_scan('{warehouse}/%s')", "%s", '"'),
    Dialect("spark", "the folder of the tables", "delta.`{warehouse}/%s`", "%s", "`"),
    Dialect(
        "trino",
        "catalog and schema of the tables and views, as delta.segments",
        "{warehouse}.%s",
        "{warehouse}.%s",
        '"',
    ),
    Dialect(
        "databricks",
        "catalog and schema of the tables and views, as main.segments",
        "{warehouse}.%s",
        "{warehouse}.%s",
        "`",
    ),
)

VIEW_FILE = """-- {name}: {grain}.
-- Made from the contracts in lib/desirelines/tables by `make docs`; deploy/warehouse/README.md says
-- how to create it. Replace {{warehouse}} by {place}.
CREATE OR REPLACE VIEW {view} AS
{query};
"""

CURRENT_SEGMENTS_QUERY = """SELECT
{columns}
FROM {segment_members}"""

PUBLISHED_CHANGES_QUERY = """WITH publications AS (
    SELECT run_id, min(recorded_at) AS published_at
    FROM {runs}
    WHERE status = 'PUBLISHED'
    GROUP BY run_id
),
chain AS (
    -- A run is always recorded after the run that it follows, so the order is that of the chain.
    SELECT
        run_id,
        published_at,
        CAST(row_number() OVER (ORDER BY published_at, run_id) AS BIGINT) AS sequence
    FROM publications
)
SELECT
    chain.sequence,
{columns},
    chain.published_at
FROM {segment_changes} AS changes
JOIN chain ON changes.run_id = chain.run_id"""

SEGMENT_HISTORY_QUERY = """WITH changes AS (
    SELECT
        *,
        lead(effective_on) OVER later AS next_on,
        lead(run_id) OVER later AS next_run_id,
        lead(sequence) OVER later AS next_sequence,
        lead(published_at) OVER later AS next_published_at
    FROM {published_changes}
    WINDOW later AS (PARTITION BY person_id, segment_id ORDER BY sequence)
)
SELECT
{columns}
FROM changes
-- The row of who left ends the stay before it and begins none.
WHERE change <> 'left'"""

RUN_METRICS_QUERY = """SELECT
{columns}
FROM {runs}
WHERE status <> 'STARTED'"""

RATES = {"rows_per_second": "CASE WHEN seconds > 0 THEN row_count / seconds END AS rows_per_second"}
"""Columns of run_metrics that are computed."""

OF_STAYS = {
    "valid_from": "effective_on",
    "valid_to": "next_on",
    "from_run_id": "run_id",
    "to_run_id": "next_run_id",
    "from_sequence": "sequence",
    "to_sequence": "next_sequence",
    "from_published_at": "published_at",
    "to_published_at": "next_published_at",
    "__START_AT": "effective_on",
    "__END_AT": "next_on",
}
"""Columns of segment_history by their name in the query."""


def view_file(view: View, dialect: Dialect) -> str:
    """The statement that creates a view in a warehouse."""
    names = view.column_names
    if view is CURRENT_SEGMENTS:
        query, columns = CURRENT_SEGMENTS_QUERY, names
    elif view is PUBLISHED_CHANGES:
        query, columns = PUBLISHED_CHANGES_QUERY, [f"changes.{name}" for name in names[1:-1]]
    elif view is RUN_METRICS:
        query, columns = RUN_METRICS_QUERY, [RATES.get(name, name) for name in names]
    else:
        query = SEGMENT_HISTORY_QUERY
        columns = [f"{OF_STAYS[n]} AS {_quoted(n, dialect)}" if n in OF_STAYS else n for n in names]
    tables = {name: dialect.table % name for name in ("segment_members", "segment_changes", "runs")}
    return VIEW_FILE.format(
        name=view.name,
        grain=view.grain.split(";")[0],  # some clients end a statement at any semicolon
        place=dialect.place,
        view=dialect.view % view.name,
        query=query.format(
            columns=",\n".join(f"    {column}" for column in columns),
            published_changes=dialect.view % PUBLISHED_CHANGES.name,
            **tables,
        ),
    )


def _quoted(name: str, dialect: Dialect) -> str:
    """The name; one that begins with `_` is no plain name everywhere."""
    return f"{dialect.quote}{name}{dialect.quote}" if name.startswith("_") else name


VIEW_FILES = {
    f"../deploy/warehouse/{dialect.name}/{view.name}.sql": partial(view_file, view, dialect)
    for dialect in DIALECTS
    for view in VIEWS
}

PAGES = {
    "tables.md": tables_page,
    "features.md": features_page,
    "expressions.md": expressions_page,
    "mapping.md": mapping_page,
    "commands.md": reference.commands_page,
    "configuration.md": reference.configuration_page,
    "../jobs/README.md": jobs_page,
    "../README.md": readme_page,
    **VIEW_FILES,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / name).write_text(page(), encoding="utf-8")

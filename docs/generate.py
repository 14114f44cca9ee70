"""Writes the pages that are made from the code: docs/tables.md and docs/features.md. A test holds them current."""

from pathlib import Path

from desirelines.catalogue import FEATURES, LABELS
from desirelines.tables import ALL

DOCS = Path(__file__).parent


def tables_page() -> str:
    """Every table's contract."""
    lines = [
        "# Tables",
        "",
        "Made from `lib/desirelines/tables.py` by `make docs`. Times are UTC, microseconds. Personal columns never get file statistics.",
        "",
    ]
    lines += ["| table | one row is | key | written |", "|---|---|---|---|"]
    lines += [f"| [`{t.name}`](#{t.name}) | {t.grain} | {', '.join(t.key)} | {t.written} |" for t in ALL]
    for table in ALL:
        erased = ", ".join(table.erased_by) or "– (nobody is in it)"
        parts = f" Files by {', '.join(table.partition_by)}." if table.partition_by else ""
        lines += [
            "",
            f"## {table.name}",
            "",
            f"One row is {table.grain}. Key: {', '.join(table.key)}. Erased by: {erased}. Kept: {table.kept}.{parts}",
            *(["", table.for_readers] if table.for_readers else []),
            "",
        ]
        lines += ["| column | type | unit | personal | meaning |", "|---|---|---|---|---|"]
        lines += [
            f"| `{c.name}` | {c.type.simpleString()} | {c.unit} | {'yes' if c.personal else ''} | {c.meaning.replace('|', '/')} |"
            for c in table.columns
        ]
    return "\n".join(lines) + "\n"


def features_page() -> str:
    """Every feature of the catalogue."""
    lines = [
        "# Features",
        "",
        "Made from `lib/desirelines/catalogue.py` by `make docs`. All are as of a date; the window is `features.window_days` before it.",
        "",
    ]
    lines += ["People are grouped by all but those marked *told only*.", ""]
    lines += ["| feature | family | unit | days | meaning | null means | source |", "|---|---|---|---|---|---|---|"]
    lines += [
        f"| `{f.name}`{'' if f.is_clustered else ' *told only*'} | {f.family} | {f.unit} | {f.window} | {f.meaning} | {f.null_means} | {f.source} |"
        for f in FEATURES
    ]
    for label in LABELS:
        if label is LABELS[0]:
            lines += ["", "## Labels", "", "Words that sum a person up, in `person_labels`. Each is one of:"]
        lines += [
            "",
            f"### {label.name}",
            "",
            f"{label.meaning}. Null: {label.null_means}. Source: {label.source}.",
            "",
        ]
        lines += ["| word | when |", "|---|---|", *(f"| `{word}` | {when} |" for word, when in label.values.items())]
    return "\n".join(lines) + OWN


OWN = """
## Your own
An aggregate over sessions or events, with a filter and a window that ends with as_of; no code. It stands in `features.own` under its
name, is grouped by, told in profiles, and names segments by its words `high` and `low`.

```yaml
features:
  own:
    - name: pdf_exports
      meaning: exports to PDF
      unit: exports
      over: events              # or sessions; columns and meanings in docs/tables.md
      aggregate: count          # count, sum, mean, min, max, distinct
      of: null                  # a column or a Spark expression; count needs none
      where: "event_name = 'export' AND page LIKE '%.pdf'"
      window_days: 90           # without it, features.window_days
      scale: log                # log for what is skewed, plain else
      high: exporting
      low: exporting nothing
  occasions:                    # numbers christmas_share, christmas_lift, christmas_times; in person_labels.occasions when bought for
    - {name: christmas, country: DE, holiday: Christmas Day, lead_days: 21}
    - {name: our_sale, dates: [2024-11-29, 2025-11-28], lead_days: 0, days: 4}
    - {name: birthday, property: birthday}   # a property that the mapping keeps: 2001-05-17, or --05-17; the person's newest counts
  key_kinds: [purchase, feature_use]   # what makes a day active; without it, any visit or order
  path_words: 50                # the 50 runs of two or three steps that most people take, weighed by TF-IDF
```

An expression that Spark cannot read, or that names a column which is not there, stops the run with its name before anything is written.
"""


PAGES = {"tables.md": tables_page, "features.md": features_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")

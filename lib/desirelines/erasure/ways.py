"""The ways in which a scan reads: a clean verdict needs all of them."""

from __future__ import annotations

from desirelines.erasure.escapes import PERCENT, UNESCAPED, UTF_16

NAMES, HIDDEN, BYTES = "names", "hidden files", "bytes"
COLUMNS, DICTIONARIES, FOOTER = "columns", "dictionaries", "footer"
GZIP, ZSTD, SNAPPY, OTHER_CODECS = "gzip", "zstd", "snappy", "bz2, xz, lz4 and zlib"
ARCHIVES, SQLITE = "zip archives", "SQLite"

ALL_WAYS = frozenset(
    (
        NAMES,
        HIDDEN,
        BYTES,
        COLUMNS,
        DICTIONARIES,
        FOOTER,
        UNESCAPED,
        PERCENT,
        UTF_16,
        GZIP,
        ZSTD,
        SNAPPY,
        OTHER_CODECS,
        ARCHIVES,
        SQLITE,
    )
)
"""Every way. One is switched off only to show that the canaries notice it."""

"""The first commit of a table in a local folder: what CREATE TABLE would write, without Spark.

Spark takes two executions and a third of a second for an empty table, and a first run creates some
thirty. On other stores, and in catalogs, SQL creates the tables.

Format: Delta's protocol, https://github.com/delta-io/delta/blob/master/PROTOCOL.md, "Actions" and
"Version Checksum File".
"""

from __future__ import annotations

import json
import os
import time
import uuid
from pathlib import Path
from typing import Any

from desirelines import __version__
from desirelines.tables import Table

COMMIT = f"{0:020}.json"
CHECKSUM = f"{0:020}.crc"
PROTOCOL = {"minReaderVersion": 1, "minWriterVersion": 2}


def write_first_commit(folder: Path, table: Table, properties: dict[str, str]) -> None:
    """Create the table in this folder, with these properties, unless it has a first commit.

    The commit appears whole or not at all, and never in place of another.
    """
    log = folder / "_delta_log"
    log.mkdir(parents=True, exist_ok=True)
    metadata, now = _metadata(table, properties), int(time.time() * 1000)
    commit_info = {
        "timestamp": now,
        "operation": "CREATE TABLE",
        "operationParameters": {"partitionBy": json.dumps(list(table.partition_by))},
        "isolationLevel": "Serializable",
        "isBlindAppend": True,
        "operationMetrics": {},
        "engineInfo": f"desirelines/{__version__}",
    }
    metadata["createdTime"] = now
    actions = ({"commitInfo": commit_info}, {"metaData": metadata}, {"protocol": PROTOCOL})
    is_mine = _put(log / COMMIT, "".join(json.dumps(action) + "\n" for action in actions))
    if is_mine:
        # With it Spark need not read the commit before the first write.
        _put(log / CHECKSUM, json.dumps(_checksum(metadata)))


def _metadata(table: Table, properties: dict[str, str]) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "description": table.description,
        "format": {"provider": "parquet", "options": {}},
        "schemaString": table.schema.json(),
        "partitionColumns": list(table.partition_by),
        "configuration": properties,
    }


def _checksum(metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        "tableSizeBytes": 0,
        "numFiles": 0,
        "numMetadata": 1,
        "numProtocol": 1,
        "setTransactions": [],
        "domainMetadata": [],
        "metadata": metadata,
        "protocol": PROTOCOL,
        "allFiles": [],
    }


def _put(file: Path, text: str) -> bool:
    """Write the file, whole, if there is none; return whether this call wrote it."""
    draft = file.with_name(f".{file.name}.{uuid.uuid4()}.tmp")
    draft.write_text(text, encoding="utf-8")
    try:
        os.link(draft, file)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True

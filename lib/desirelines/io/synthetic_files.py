"""Write synthetic data: raw tables as Delta, JSON lines or CSV, and the truth as Delta."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame

from desirelines.errors import MachineError


def write_world(
    raw: dict[str, DataFrame], truth: dict[str, DataFrame], out: Path, how: str
) -> list[dict[str, Any]]:
    """Write the tables to `out/<table>` and `out/truth/<table>`; give the name and path of each.

    Raises:
        MachineError: the folder is not empty, or it cannot be written.
    """
    if out.exists() and any(out.iterdir()):
        raise MachineError(f"{out} is not empty. Give another folder with --out, or remove it.")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(
            f"{out} cannot be written ({error.strerror}). Give another folder with --out."
        ) from None
    written = []
    for name, rows in raw.items():
        target = str(out / name)
        if how == "csv":
            rows.write.option("header", "true").option("escape", '"').csv(target)
        else:
            # `erase` deletes people from the world's Delta tables: their logs name nobody.
            options = {"delta.dataSkippingNumIndexedCols": "0"} if how == "delta" else {}
            rows.write.format(how).options(**options).save(target)
        written.append({"table": name, "path": target})
    for name, rows in truth.items():
        rows.write.format("delta").save(str(out / "truth" / name))
        written.append({"table": f"truth/{name}", "path": str(out / "truth" / name)})
    return written

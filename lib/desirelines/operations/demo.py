"""The demo: a synthetic world through the pipeline, and the clusters beside the planted truth."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from desirelines.errors import MachineError, SettingsError
from desirelines.io.secrets import write_secret
from desirelines.io.spark.session import spark_session
from desirelines.io.synthetic_files import write_world
from desirelines.operations.compare_with_truth import compare_with_truth
from desirelines.operations.run_pipeline import RunSummary, run_pipeline
from desirelines.run.opening import opened
from desirelines.run.options import RunOptions, settings_of
from desirelines.synthetic import build_world

CONF = "desirelines.yaml"
SUMMARY = "summary.json"
SHIPPED = resources.files("desirelines") / "templates"
WORLD = "${DESIRELINES_WORLD:-world}"
PLACES = """
# Where everything is.
warehouse: {{path: {folder}/warehouse}}
report: {{path: {folder}/report.html}}
secrets: {{data_file: {folder}/secrets/data, suppression_file: {folder}/secrets/suppression}}
erasure: {{inbox: {folder}/erasure}}
"""


@dataclass(frozen=True, slots=True)
class Size:
    """Size of a demo's world, which of its tables are sources, and further settings."""

    people: int
    days: int
    tables: tuple[str, ...]
    settings: str = ""


MAPPINGS = {
    "web_events": "world-web.yaml",
    "orders": "world-orders.yaml",
    "email_events": "world-email.yaml",
    "support": "world-support.yaml",
}
"""The raw tables of a world, and the mapping of each."""
WHOLE = Size(1800, 400, tuple(MAPPINGS))
SMALL = Size(
    300,
    120,
    ("web_events", "orders"),
    """
# A short run: the number of groups is given, and the fit is not logged.
clusters: {k: 7, restarts: 1}
tracking: {enabled: false}
spark: {shuffle_partitions: 1}
""",
)
SEED = 7


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that was run.

    Attributes:
        folder: where everything is.
        conf: its configuration, for further commands.
        summary: summary of the run.
        truth: how well clusters match the planted personas.
        world_seconds: time to generate the world.
        pipeline_seconds: time of the run.
    """

    folder: str
    conf: str
    summary: RunSummary
    truth: dict[str, Any]
    world_seconds: float
    pipeline_seconds: float


def demo(folder: Path, size: Size) -> Demo:
    """Generate a world in a folder and run the pipeline over it; an earlier demo is replaced.

    Raises:
        SettingsError: the folder holds something else.
        MachineError: it cannot be written.
    """
    conf = begin_demo(folder, size)
    options = RunOptions((conf,))
    spark, is_mine = spark_session(settings_of(options).spark)  # the run below uses it too
    try:
        began = time.monotonic()
        world = build_world(spark, people=size.people, days=size.days, seed=SEED)
        raw = {table: world.raw[table] for table in size.tables}
        write_world(raw, {"people": world.truth["people"]}, folder / "world", "delta")
        world_done = time.monotonic()
        with opened(options, writes="demo", fits=True) as run:
            summary = run_pipeline(run)
            pipeline_done = time.monotonic()
            people = spark.read.format("delta").load(str(folder / "world" / "truth" / "people"))
            truth = compare_with_truth(run.warehouse, people, run.data_secret)
    finally:
        if is_mine:
            spark.stop()
    done = Demo(
        str(folder),
        str(conf),
        summary,
        truth,
        round(world_done - began, 2),
        round(pipeline_done - world_done, 2),
    )
    text = json.dumps(asdict(done), indent=2, ensure_ascii=False, default=str)
    (folder / SUMMARY).write_text(text + "\n", encoding="utf-8")
    return done


def begin_demo(folder: Path, size: Size) -> Path:
    """Write configuration, mappings and secrets into a folder; give the configuration's path.

    Raises:
        SettingsError: the folder holds something else than an earlier demo.
        MachineError: it cannot be written.
    """
    folder = folder.absolute()
    if folder.exists() and not _is_replaceable(folder):
        raise SettingsError(
            [f"--out {folder} holds something else than a demo. Give a folder that is not there."]
        )
    try:
        shutil.rmtree(folder, ignore_errors=True)
        conf = folder / CONF
        (folder / "sources").mkdir(parents=True)
        shipped = (SHIPPED / "demo.yaml").read_text(encoding="utf-8")
        for table, name in MAPPINGS.items():
            if table in size.tables:
                text = (SHIPPED / "sources" / name).read_text(encoding="utf-8")
                text = text.replace(WORLD, f"{folder}/world")
                (folder / "sources" / name).write_text(text, encoding="utf-8")
            else:
                shipped = shipped.replace(f"  - sources/{name}\n", "")
        conf.write_text(shipped + PLACES.format(folder=folder) + size.settings, encoding="utf-8")
        for name in ("data", "suppression"):
            write_secret(str(folder / "secrets" / name))
    except OSError as error:
        raise MachineError(
            f"{folder} cannot be written ({error.strerror}). Give another folder with --out."
        ) from None
    return conf


def _is_replaceable(folder: Path) -> bool:
    """Whether a folder is empty, or holds a demo: a project of somebody's own has the same names.

    A demo's configuration begins with the first line of the shipped one.
    """
    if not folder.is_dir():
        return False
    names = {entry.name for entry in folder.iterdir()}
    mine = {CONF, SUMMARY, "sources", "secrets", "world", "warehouse", "report.html", "erasure"}
    if not names or CONF not in names or not names <= mine:
        return not names
    first_line = (SHIPPED / "demo.yaml").read_text(encoding="utf-8").splitlines()[0]
    return (folder / CONF).read_text(encoding="utf-8").startswith(first_line)

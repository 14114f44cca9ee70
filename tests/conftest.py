"""One Spark session per test process, with the real Delta; scratch folders; dummy secrets."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

# Before numpy is imported: with two test processes on two cores its threads would only spin.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

os.environ["TZ"] = "America/New_York"  # a zone far from UTC, so that a forgotten zone shows
time.tzset()


SLOW_FIRST = ("connect", "stages", "journeys", "operations", "world", "attacks")
"""Folders of long tests: begun last, one of two processes would do them alone."""
FIRST_SHOP = "first_template"
"""The fixture on which every test with a published shop depends."""
MARKED = {
    "browser": "browser",
    "connect": "integration",
    "data": "data",
    "smoke": "integration",
}
"""Folders whose tests are no part of `make test`, and the marker that selects them."""

PEOPLE_OF_SMALL_WORLDS = 5_000
"""Worlds up to this size fit the partitions and memory of small tests; WORLD_SIZES names larger."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    for item in items:
        if _folder(item.path) in MARKED:
            item.add_marker(MARKED[_folder(item.path)])
    yield
    place = {file: n for n, file in enumerate(_in_order(items))}
    items.sort(key=lambda item: place[item.path])


def _in_order(items: list[pytest.Item]) -> list[Path]:
    """The files of these tests in the order in which processes take them.

    One file has the first shop built, and the files that need none of it come next: a second file
    that needs it would only wait.
    """
    number = {folder: n for n, folder in enumerate(SLOW_FIRST)}
    files = sorted(
        dict.fromkeys(item.path for item in items),
        key=lambda file: number.get(_folder(file), len(number)),
    )
    waiting = {item.path for item in items if FIRST_SHOP in item.fixturenames}
    with_shop = [file for file in files if file in waiting]
    slow = [file for file in files if file not in waiting and _folder(file) in number]
    return list(dict.fromkeys([*with_shop[:1], *slow, *with_shop, *files]))


def _folder(file: Path) -> str:
    return file.relative_to(Path(__file__).parent).parts[0]


TINY = {
    # A test's plan runs once on a few rows: compiling it, or planning it again at every shuffle,
    # costs more than it saves.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "1",
}
"""Spark for tables of a few rows. The smoke tests and the demo go the way users go."""
COMPILED = {
    "spark.sql.codegen.wholeStage": "true",
    "spark.sql.codegen.factoryMode": "FALLBACK",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    "spark.sql.shuffle.partitions": "2",
}
"""Spark for tests of many rows, as users have it."""


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    from desirelines.io.spark import session as embedded
    from desirelines.settings.model import Spark

    # Nearly every plan is new, so half of the time went to compilers that never pay.
    embedded.JAVA_FLAGS = (*embedded.JAVA_FLAGS, "-XX:TieredStopAtLevel=1")
    largest = max((int(size) for size in os.environ.get("WORLD_SIZES", "").split()), default=0)
    session, _ = embedded.spark_session(
        Spark(
            master="local[2]",
            driver_memory="8g" if largest > PEOPLE_OF_SMALL_WORLDS else "3g",
            shuffle_partitions=max(1, largest // PEOPLE_OF_SMALL_WORLDS),
        )
    )
    session.sparkContext.setLogLevel("OFF")  # failed writes would print values
    for name, value in TINY.items():
        session.conf.set(name, value)
    yield session
    session.stop()


@contextmanager
def configured(spark: SparkSession, values: dict[str, str]) -> Iterator[None]:
    """The session with these settings, and afterwards with those it had."""
    before = {name: spark.conf.get(name, None) for name in values}
    for name, value in values.items():
        spark.conf.set(name, value)
    yield
    for name, value in before.items():
        if value is None:
            spark.conf.unset(name)
        else:
            spark.conf.set(name, value)


@pytest.fixture(scope="module")
def compiled(spark: SparkSession) -> Iterator[None]:
    """For tests of many rows: plans are compiled, as users have it."""
    with configured(spark, COMPILED):
        yield


@pytest.fixture
def two_partitions(spark: SparkSession) -> Iterator[None]:
    """For tests that read a plan: into one partition no rows are shuffled."""
    with configured(spark, {"spark.sql.shuffle.partitions": "2"}):
        yield


@pytest.fixture(scope="session")
def secret_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("secrets")
    files = {name: folder / name for name in ("data", "suppression")}
    for name, file in files.items():
        file.touch(mode=0o600)
        file.write_text(f"a secret for tests only: {name}".ljust(40, "."))
    return files


@pytest.fixture
def cli(spark: SparkSession, secret_files: dict[str, Path]):
    """Runs `desirelines` in process, on the session of the tests; gives the exit code."""
    from desirelines.cli import main

    commands_without_settings = {"world", "init", "--help", "--version"}

    def run(command: str, *arguments: str) -> int:
        sets = []
        if command not in commands_without_settings:
            for name, file in secret_files.items():
                sets += ["--set", f"secrets.{name}_file={file}"]
        return main([command, *arguments, *sets])

    return run


@pytest.fixture(scope="session")
def with_secrets(spark: SparkSession, secret_files: dict[str, Path]) -> Callable[..., int]:
    """Runs a command with the secrets of the tests; gives the exit code."""
    from desirelines.cli import main

    sets = [f"--set=secrets.{name}_file={file}" for name, file in secret_files.items()]
    return lambda *words: main([*words, *sets])


@pytest.fixture(scope="session")
def first_template(spark: SparkSession, with_secrets: Callable[..., int]) -> Path:
    """The folder of a shop after its first run. Look, and copy; never write to it."""
    from tests.support import published
    from tests.support.frozen import frozen

    return frozen("first", lambda folder: published.build_first(spark, with_secrets, folder))


@pytest.fixture
def first_shop(first_template: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the shop after its first run for one test."""
    yield from _copy(first_template, tmp_path)


@pytest.fixture(scope="session")
def published_template(
    spark: SparkSession, with_secrets: Callable[..., int], first_template: Path
) -> Path:
    """The folder of a shop that was published twice. Look, and copy; never write to it."""
    from tests.support import published
    from tests.support.frozen import frozen

    return frozen(
        "published", lambda folder: published.build(spark, with_secrets, folder, first_template)
    )


@pytest.fixture
def published_shop(published_template: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the twice-published shop for one test; its configuration is `conf.yaml` in it."""
    yield from _copy(published_template, tmp_path)


@pytest.fixture
def second_run(spark: SparkSession, published_template: Path) -> Any:
    """The second run of the shop, over its tables. Read, and write nothing."""
    from desirelines.run.context import new_run
    from desirelines.run.progress import Progress
    from desirelines.settings import read_settings

    settings = read_settings([published_template / "conf.yaml"])
    now = datetime(2026, 2, 4, 12, tzinfo=UTC)
    return new_run(spark, settings, "second", lambda: now, Progress("second"))


def _copy(template: Path, tmp_path: Path) -> Iterator[Path]:
    from tests.support import published

    folder = tmp_path / "shop"
    published.copy_to(template, folder)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def story(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Who is who over many deliveries: the state after each, and a warehouse at their end."""
    from tests.support import identities
    from tests.support.frozen import frozen

    template = frozen("identities", lambda folder: identities.build(spark, folder))
    return identities.copy_to(spark, template, tmp_path_factory.mktemp("identities"))


@pytest.fixture
def small_shop(tmp_path: Path) -> Path:
    """A folder with five days of a shop as one CSV file, and its configuration."""
    from tests.support import shop

    shop.configure(tmp_path)
    shop.write(tmp_path / "in", "first.csv", shop.rows(0, 5))
    return tmp_path


@pytest.fixture
def parquet_shop(tmp_path: Path) -> Path:
    """A folder for parquet files of a shop, none there yet, and their configuration."""
    from tests.support import shop

    shop.configure(tmp_path)
    mapping = tmp_path / "shop.yaml"
    mapping.write_text(mapping.read_text().replace("format: csv", "format: parquet"))
    (tmp_path / "in").mkdir()
    return tmp_path


SHARED_DATA = Path(__file__).parents[1].parent / "shared" / "data"


def shared_data(name: str) -> Path:
    """A folder of the public data; the test is skipped where it is absent."""
    folder = SHARED_DATA / name
    if not folder.is_dir():
        pytest.skip(f"public data '{name}' is not here ({folder})")
    return folder

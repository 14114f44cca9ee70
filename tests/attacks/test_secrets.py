"""Another secret or another key rule is refused before anything is written; the right ones work."""

import io
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest

from desirelines.cli import main
from desirelines.columns.keys import fingerprint_of, key_of
from desirelines.errors import SettingsError
from desirelines.io.tables.store import Warehouse
from desirelines.run import warehouse_facts
from desirelines.run.context import new_run
from desirelines.run.progress import Progress
from desirelines.settings import Settings
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.tables import IDENTIFIERS, RUNS, WAREHOUSE_FACTS
from tests.support import published, shop

pytestmark = pytest.mark.integration

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def secret_file(folder, name):
    file = folder / name
    file.touch(mode=0o600)
    file.write_text(f"quite another secret, {name}, of a good length")
    return file


def other(folder, name):
    """Options with another secret of this name."""
    return ("--set", f"secrets.{name}_file={secret_file(folder, f'other-{name}')}")


@pytest.fixture
def command(published_shop, secret_files, capsys):
    """Runs a command on the shop, with the right secrets unless the options name others.

    Gives its exit code and its output.
    """

    def run(words, *options):
        usual = [f"--set=secrets.{name}_file={file}" for name, file in secret_files.items()]
        capsys.readouterr()
        code = main([*words, "--conf", str(published_shop / "conf.yaml"), *usual, *options])
        return code, capsys.readouterr()

    return run


@pytest.fixture
def refused(command, published_shop):
    """Runs a command that must exit with 2 and change no table file; gives its output."""

    def state():
        return {f: f.read_bytes() for f in (published_shop / "warehouse").rglob("*") if f.is_file()}

    def attempt(words, *options):
        before = state()
        code, output = command(words, *options)
        assert code == 2, (words, output)
        assert state() == before, words
        return output

    return attempt


def facts(spark, folder):
    return (
        spark.read.format("delta").load(str(folder / "warehouse" / WAREHOUSE_FACTS.name)).collect()
    )


WRITING = (
    ["run"], ["assign"], ["ingest-events"], ["resolve-identities"], ["build-sessions"], ["publish"],
    ["requeue"], ["rebuild"], ["rename", "c-nobody", "Nobody"],
    ["identity", "unlink", "0" * 32, "1" * 32], ["plan"],
)  # fmt: skip


def test_no_command_goes_on_under_another_secret(refused, published_shop, spark, monkeypatch):
    published.deliver(spark, published_shop, shop.rows(*published.THIRD))
    for name, commands in (("data", WRITING), ("suppression", (["run"], ["requeue"]))):
        for words in commands:
            output = refused(words, *other(published_shop, name)).err
            assert (
                f"secrets.{name}_file: {published_shop / f'other-{name}'} is another secret"
                in output
            )
            assert "Put the file back" in output
        findings = json.loads(
            refused(["check"], "--format", "json", *other(published_shop, name)).out
        )
        assert [f["what"] for f in findings if not f["is_ok"]] == ["secrets and settings for good"]
    for words, given in (
        (["why", "--identifier", "user"], "user3"),
        (["identity", "explain", "--stdin"], "user user3"),
        (["identity", "unlink", "--stdin"], "user user3\ncookie cookie3"),
    ):
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        assert (
            "is another secret than the warehouse's"
            in refused(words, *other(published_shop, "data")).err
        )


@pytest.mark.parametrize(
    ("change", "output"),
    [
        ("warehouse.buckets=8", "laid out by 4. Set it back"),
        ("site.currency=USD", "events hold EUR. Set it back"),
        ("consent.purpose=marketing", "kept for 'analytics': it would be lost. Set it back"),
        ("identity.login_type=cookie", "logins of type 'user'. Set it back"),
        (
            "identity.caseless_types=[email, user]",
            "keys of type 'user' were made with regard to case",
        ),
    ],
)
def test_no_command_goes_on_under_another_rule_for_keys(refused, change, output):
    for words in (["requeue"], ["check"]):
        shown = refused(words, "--set", change)
        assert output in shown.err + shown.out


def test_what_no_key_hangs_on_may_change(command):
    code, output = command(
        ["plan"],
        "--set",
        "identity.caseless_types=[email, phone]",
        "--set",
        "identity.most_keys=400",
    )
    assert code == 0, output


def test_a_warehouse_without_facts_is_adopted_once_unless_its_kept_values_say_no(
    command, refused, published_shop, spark, secret_files
):
    table = published_shop / "warehouse" / WAREHOUSE_FACTS.name
    first = {row["name"]: row["value"] for row in facts(spark, published_shop)}
    shutil.rmtree(table)
    warehouse = Warehouse(
        spark, WarehouseSettings(path=str(published_shop / "warehouse"), buckets=4)
    )
    key = key_of(secret_files["data"].read_bytes(), "user", "user3")
    kept = spark.createDataFrame([(key, "user", "user3", "shop", "second")], IDENTIFIERS.schema)
    warehouse.append(kept, IDENTIFIERS)
    segment = published_segment(spark, published_shop)
    assert (
        "is another secret"
        in refused(["rename", segment, "Guests"], *other(published_shop, "data")).err
    )
    code, output = command(["check"], "--format", "json")
    note = next(f for f in json.loads(output.out) if f["what"] == "secrets and settings for good")
    assert (code, note["is_ok"], note["is_note"]) == (0, True, True)
    code, output = command(["rename", segment, "Guests"])
    assert code == 0
    assert "its kept values fit the data secret" in output.err
    assert {row["name"]: row["value"] for row in facts(spark, published_shop)} == first
    code, output = command(["rename", segment, "Good guests"])
    assert code == 0
    assert "has no facts" not in output.err


def published_segment(spark, folder):
    definitions = spark.read.format("delta").load(str(folder / "warehouse" / "segment_definitions"))
    return definitions.filter("kind = 'cluster'").agg({"segment_id": "min"}).collect()[0][0]


def job_of(spark, folder, name, secret_files):
    settings = Settings.model_validate({
        "warehouse": {"path": str(folder / "warehouse")},
        "secrets": {"data_file": str(secret_file(folder, name)),
                    "suppression_file": str(secret_files["suppression"])},
    })  # fmt: skip
    return new_run(spark.newSession(), settings, name, lambda: NOW, Progress("test"))


def test_of_two_first_commands_at_once_one_settles_and_the_other_is_refused(
    spark, tmp_path, secret_files
):
    jobs = [job_of(spark, tmp_path, name, secret_files) for name in ("one", "two")]
    for run in jobs:
        warehouse_facts.check(run)  # neither finds any fact
    assert not (tmp_path / "warehouse").exists()
    together = Barrier(2)

    def write(run):
        together.wait()
        try:
            run.warehouse.create(RUNS)
        except SettingsError as error:
            return str(error)
        return None

    with ThreadPoolExecutor(2) as pool:
        output = list(pool.map(write, jobs))
    assert sorted(t is None for t in output) == [False, True], output
    (refusal,) = filter(None, output)
    assert "is another secret than the warehouse's" in refusal
    winner = jobs[output.index(None)]
    found = {row["name"]: row["value"] for row in facts(spark, tmp_path)}
    assert len(facts(spark, tmp_path)) == len(found)
    assert found["data_secret"] == fingerprint_of(winner.data_secret, "data_secret")
    with pytest.raises(SettingsError):
        warehouse_facts.check(jobs[1 - output.index(None)])


def test_a_fingerprint_is_no_key_and_says_nothing_of_two_secrets_that_are_one(secret_files):
    secret = secret_files["data"].read_bytes()
    fingerprints = {
        fingerprint_of(secret, purpose) for purpose in ("data_secret", "suppression_secret")
    }
    assert len(fingerprints) == 2
    text = "desirelines: fingerprint of the data_secret"
    keys = {
        key_of(secret, *parts) for parts in (("", text), (text, ""), ("desirelines", "data_secret"))
    }
    assert not keys & fingerprints

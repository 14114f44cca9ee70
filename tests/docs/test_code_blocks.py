"""Every block of code in the documentation does what a reader would do with it.

The tutorial is run as a whole by `test_tutorial.py`. Blocks of `text` and pictures are no code.
"""

import re
import shlex

import duckdb
import duckdb_extensions
import pytest
import yaml
from pyspark.sql import functions as F

from desirelines import tables
from desirelines.settings import Settings, read_settings
from tests.deploy.test_warehouse_views import statements
from tests.support.pages import PAGES, ROOT, blocks_of
from tests.support.published import conf, read

BLOCKS = [b for page in PAGES for b in blocks_of(page) if page.name != "tutorial.md"]
NO_CODE = {"text", "mermaid"}
SOURCE = {
    "name": "clicks", "format": "csv", "path": "clicks/", "stream": ["cookie"],
    "columns": {"occurred_at": "ts", "event_name": "action", "event_id": "id"},
    "ids": {"cookie": "visitor"},
}  # fmt: skip
"""A mapping that is whole, for blocks that show a part of one."""


def of(language):
    return [pytest.param(b, id=f"{b.page}-{b.number}") for b in BLOCKS if b.language == language]


def commands():
    """Lines of shell blocks, without their comments."""
    lines = [(b, line) for b in BLOCKS if b.language == "sh" for line in b.text.splitlines()]
    return [(b, re.sub(r"\s+#.*", "", line)) for b, line in lines if line.strip()]


def test_every_block_says_what_it_is():
    assert {b.language for b in BLOCKS} == {"yaml", "sql", "sh"} | NO_CODE
    assert {line.split()[0] for _, line in commands()} <= {"desirelines", "make", "echo", "export"}


@pytest.mark.parametrize("block", of("yaml"))
def test_a_block_of_yaml_is_valid(block, tmp_path):
    given = yaml.safe_load(block.text)
    if not given.keys() <= Settings.model_fields.keys():
        source = SOURCE | given
        source |= {part: SOURCE[part] | given.get(part, {}) for part in ("columns", "ids")}
        if not set(source["stream"]) <= source["ids"].keys():
            source["stream"] = list(source["ids"])
        given = {"sources": [source]}
    rules = tmp_path / "segments"
    rules.mkdir()
    (rules / "own.yaml").write_text("{segment: own, name: Own, when: frequency >= 1}")
    file = tmp_path / "conf.yaml"
    file.write_text(yaml.safe_dump(given))
    assert read_settings([file])


def test_targets_of_make_are_there():
    targets = [word for _, line in commands() for word in line.split()[1:2] if "make" in line]
    assert targets
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [t for t in targets if f"\n{t}: " not in makefile] == []


@pytest.mark.integration
def test_blocks_of_sql_run_on_the_tables(published_shop):
    duckdb_extensions.import_extension("delta")
    warehouse = str(published_shop / "warehouse")
    with duckdb.connect() as connection:
        connection.execute("LOAD delta; SET TimeZone = 'UTC'")
        for table in tables.ALL:
            if (published_shop / "warehouse" / table.name).is_dir():
                rows = f"FROM delta_scan('{warehouse}/{table.name}')"
            else:  # nothing was ever written to it
                columns = ", ".join(f"NULL::VARCHAR AS {name}" for name in table.column_names)
                rows = f"SELECT {columns} WHERE false"
            connection.execute(f"CREATE VIEW {table.name} AS {rows}")
        for statement in statements("duckdb", warehouse):
            connection.execute(statement)
        blocks = [block for block in BLOCKS if block.language == "sql"]
        assert len(blocks) > 3
        for block in blocks:
            assert connection.execute(block.text).description, block


@pytest.mark.integration
def test_commands_run_on_a_published_shop(spark, published_shop, cli, tmp_path, monkeypatch):
    members = read(spark, published_shop, tables.SEGMENT_MEMBERS).filter("is_primary")
    first = members.orderBy("person_id").first()
    links = read(spark, published_shop, tables.IDENTITY_LINKS).filter("key <> other_key")
    link = links.orderBy(F.col("key")).first()
    rule = tmp_path / "rule.yaml"
    rule.write_text("{segment: own, name: Own, when: frequency >= 1}")
    stand_for = {
        "3f9c…": first["person_id"], "8a01…": link["key"], "SEGMENT": first["segment_id"],
        "FILE": str(rule), "clicks/": str(published_shop / "in"), "7": "1", "8": "2",
        "A": link["key"], "B": link["other_key"],
    }  # fmt: skip
    monkeypatch.chdir(tmp_path)
    inbox = ("--set", f"erasure.inbox={tmp_path / 'inbox'}")
    done = 0
    for block, line in commands():
        if "desirelines" not in line:
            continue
        for command in line.split(" && ")[:1]:
            given, _, text = command.rpartition("desirelines ")
            text = text.replace("RUN RUN", "first second").replace("RUN", "first")
            words = [stand_for.get(word, word) for word in shlex.split(text)]
            if given.startswith("echo"):
                person = tmp_path / "person"
                person.write_text("user:user3")
                words = [str(person) if word == "-" else word for word in words]
            shared = () if words[0] in ("init", "demo") else conf(published_shop)
            shared += inbox if words[0] == "erase" else ()
            code = cli(words[0], *words[1:], *shared)
            assert code in ({0, 5} if words[0] == "erase" else {0}), (block.page, line, code)
            done += 1
    assert done > 25

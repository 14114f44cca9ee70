"""Settings text that becomes part of a query sees its row and nothing else."""

import os
from pathlib import Path

import pytest
from pyspark.sql import functions as F

from desirelines.catalogue import own_column
from desirelines.columns.keys import secret_pads
from desirelines.errors import SettingsError, SourceError
from desirelines.events import row_expressions
from desirelines.events.parse import to_mapped_events
from desirelines.settings import Settings, Source
from tests.support import shop
from tests.support.sources import READ_AT, SECRET, raw_rows, source

OF_A_ROW = [
    # the secret, and columns beside the row
    "hex(_inner_pad)", "base64(_outer_pad)", "concat(row.event, _inner_pad)", "`_inner_pad`",
    "_inner_pad", "to_json(struct(*))", "struct(*)", "array(*)", "row.*", "*", "`*`",
    "to_json(named_struct('a', _inner_pad))", "raw", "row_hash", "file_name", "_metadata.file_path",
    "key_user", "occurred_at", "concat_ws(',', filter(array(row.event), x -> x = _inner_pad))",
    "filter(array(row.event), x -> _inner_pad)",
    "filter(array(1), _inner_pad -> true) = array(_inner_pad)",
    # names that are functions where no column has them, and variables
    "user", "current_user", "session_user", "current_date", "current_timestamp", "localtimestamp",
    "current_catalog", "session.secret", "system.session.secret", "@secret", ":secret", "?",
]  # fmt: skip
OF_ANYTHING = [
    # other tables and files
    "(SELECT value FROM text.`/etc/passwd`)", "(SELECT first(value) FROM text.`/etc/passwd`)",
    "(TABLE x)", "(VALUES (1))", "(FROM x SELECT 1)", "(WITH t AS (SELECT 1) SELECT * FROM t)",
    "EXISTS (SELECT 1 FROM csv.`/etc/passwd`)", "1 IN (SELECT 1)", "1 NOT IN (SELECT 1)",
    "coalesce((SELECT 1), 2)", "CASE WHEN (SELECT true) THEN 1 END", "ARRAY(SELECT 1)",
    "read_files('/etc/passwd')", "range(10)", "input_file_name()", "input_file_block_start()",
    "TABLE(range(3))", "concat((/**/SELECT 1), 'x')",
    # code
    "reflect('java.lang.System', 'getenv', 'HOME')", "java_method('java.lang.System', 'getenv')",
    "try_reflect('java.lang.System', 'getenv')", "`reflect`('java.lang.System', 'getenv')",
    "system.builtin.reflect('java.lang.System', 'getenv')", "REFLECT('a', 'b')",
    "ai_query('a', 'b')", "hex('a')", "aes_decrypt('a', 'b')", "secret('scope', 'key')",
    "try_secret('scope', 'key')", "my_function(1)", "main.shop.my_function(1)",
    # the clock, the session, chance
    "now()", "current_date()", "current_timestamp()", "current_user()", "session_user()", "user()",
    "version()", "current_timezone()", "rand()", "randn()", "random()", "uuid()",
    "shuffle(array(1, 2))", "monotonically_increasing_id()", "spark_partition_id()",
    "unix_timestamp()", "curdate()", "current_database()", "CAST('now' AS timestamp)",
    "try_cast('today' AS date)", "to_date('yesterday')", "DATE 'now'", "'tomorrow'", "' Now+01:00'",
    "to_timestamp(concat('no', 'w'))", "CAST('no' || 'w' AS timestamp)",
    "CAST(lower('NOW') AS timestamp)", "CAST(CASE WHEN true THEN 'now' END AS timestamp)",
    # names by text, settings, parameters
    "identifier('a')", "IDENTIFIER('a' || 'b')", "identifier('reflect')('a', 'b')", "${env:HOME}",
    "${spark.app.id}", "getvariable('x')", "raise_error('x')",
    # more than a value of one row
    "sum(1)", "count(*)", "first(1)", "max(1) OVER (ORDER BY 1)", "row_number() OVER ()", "lag(1)",
    "explode(array(1))", "inline(array())", "stack(1, 2)", "count(1) FILTER (WHERE true)",
    "any_value(1)", "collect_list(1)", "posexplode(array(1))", "json_tuple('a', 'b')",
    "grouping(1)", "grouping__id", "window(1, '1 day')",
    # text that hides, and text without end
    "1 -- (SELECT 1)", "1 /* x */", "1 /*+ BROADCAST(x) */", "/*!50000 reflect('a', 'b') */ 1",
    "-- \\\n (SELECT 1)", "1; DROP TABLE x", "1, 2", "1 AS x", "'a' 'b'", "x'41'", "$$a$$", "`a",
    "'a", "'a\\'", '"a', "(1", "1)", "a[", "a.", ".a", "f(", "transform(array(1), x)", "x -> x",
    "filter(array(1), (x, y, z) -> true)", "filter(array(1), (x, X) -> true)", "1 + x -> x",
    "aggregate(array(1), 0, (a, x) -> a + x)", "a => 1", "parse_json('{}'):a", "1::int", "1L",
    "1.5BD", "a ?? b", "CAST(1 AS struct<a:int>)", "CAST(1 AS interval)", "INTERVAL 1 DAY",
    "CAST(1 AS decimal(now()))", "(" * 2_000 + "1" + ")" * 2_000, "((" * 40 + "1" + "))" * 40,
    "1" + " + 1" * 300, "NOT " * 400 + "true", "a" + "[1]" * 300, "-" * 600 + "1",
    "a[" * 300 + "1" + "]" * 300, "CAST(1 AS " + "array<" * 300 + "int" + ">" * 300 + ")",
    "a" * 3_000, "9" * 400, "1." + "9" * 100, "repeat('x', 1000000000)", "sequence(1, 1000000000)",
    "space(1000000000)", "\x00", "\u202e1", "１２",
]  # fmt: skip


@pytest.fixture
def conf(tmp_path: Path):
    """Configures a shop of three rows, with an expression in its mapping or in `features.own`."""

    def configure(*, sql: str | None = None, own: dict | None = None) -> list[str]:
        shop.write(tmp_path / "in", "a.csv", shop.rows(0, 1)[:3])
        file = shop.configure(tmp_path)
        mapping = tmp_path / "shop.yaml"
        if sql is not None:
            quoted = _yaml_text(sql)
            mapping.write_text(
                mapping.read_text().replace("page: url,", f"page: {{sql: {quoted}}},")
            )
        if own is not None:
            line = ", ".join(f"{k}: {_yaml_text(v)}" for k, v in own.items())
            file.write_text(
                file.read_text()
                + f"features:\n  own:\n  - {{name: mine, meaning: m, unit: u, {line}}}\n"
            )
        return ["--conf", str(file)]

    return configure


def _yaml_text(text: str) -> str:
    escaped = "".join(
        c if 32 <= ord(c) < 127 and c not in '"\\' else f"\\U{ord(c):08x}" for c in text
    )
    return f'"{escaped}"'


def _shows_only_place_and_reason(message: str, text: str, where: str) -> None:
    assert where in message
    assert "/etc/passwd" not in message
    assert os.environ["HOME"] not in message.replace("docs/", "")
    assert text not in message or len(text) < 20, "the expression itself is no part of an error"


@pytest.mark.parametrize("text", OF_A_ROW, ids=lambda t: t[:30])
def test_a_mapping_sees_the_row_and_nothing_that_stands_beside_it(
    conf, cli, tmp_path, capsys, text
):
    assert cli("ingest-events", *conf(sql=text)) == 2
    streams = capsys.readouterr()
    _shows_only_place_and_reason(
        streams.out + streams.err, text, "shop.yaml:6 sources.0.columns.page.sql: "
    )
    assert not (tmp_path / "warehouse").exists()


@pytest.mark.parametrize(
    "text",
    [*OF_ANYTHING, "user", "current_user", "current_date", "localtimestamp"],
    ids=lambda t: t[:30],
)
def test_a_hostile_expression_is_refused_wherever_it_stands_before_anything_is_written(
    conf, cli, tmp_path, capsys, text
):
    own = {"over": "events", "aggregate": "max", "where": text, "of": text}
    assert cli("run", *conf(sql=text, own=own)) == 2
    streams = capsys.readouterr()
    for where in (
        "shop.yaml:6 sources.0.columns.page.sql: ",
        "conf.yaml:8 features.own.0.where: ",
        "conf.yaml:8 features.own.0.of: ",
    ):
        _shows_only_place_and_reason(streams.out + streams.err, text, where)
    assert not (tmp_path / "warehouse").exists()


def test_check_finds_them_as_well_and_so_does_a_setting_of_the_command_line(
    conf, cli, tmp_path, capsys
):
    assert cli("check", *conf(sql="hex(_inner_pad)")) == 2
    assert (
        "shop.yaml:6 sources.0.columns.page.sql: at character 1: "
        "`hex` is not a function that an expression may call" in capsys.readouterr().out
    )
    given = [
        "--set",
        "sources.0.columns.page.sql=(SELECT 1)",
        "--set",
        "sources.0.columns.page.column=null",
    ]
    assert cli("ingest-events", *conf(sql="row.url"), *given) == 2
    assert "sources.0.columns.page.sql: at character 2: a subquery" in capsys.readouterr().err
    assert not (tmp_path / "warehouse").exists()


def test_a_line_is_seen_only_where_rows_are_taken_apart(conf, cli, tmp_path, capsys):
    assert cli("check", *conf(sql="line.price")) == 2
    assert "an expression names `line`, but no `lines` are mapped" in capsys.readouterr().out
    assert (
        cli(
            "check",
            *conf(sql="row.url"),
            "--set",
            "sources.0.table=x LIMIT 1",
            "--set",
            "sources.0.path=null",
        )
        == 2
    )
    assert "sources.0.table: a table name is catalog.schema.table" in capsys.readouterr().out


def test_a_column_that_is_not_there_keeps_its_error_and_no_table_is_written(
    conf, cli, tmp_path, capsys
):
    for text, message in (
        ("row.nowhere", "FIELD_NOT_FOUND"),
        (
            "row.url + array('ann@example.org')",
            "[DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES] its parts do not fit together",
        ),
    ):
        assert cli("check", *conf(sql=text)) == 2
        streams = capsys.readouterr()
        assert "source 'shop': columns.page.sql does not fit the source's columns: " in streams.out
        assert message in streams.out
        assert "ann@example.org" not in streams.out + streams.err
    assert not (tmp_path / "warehouse" / "events").exists()


ROWS = """
    id | t                    | e    | paid | c | u
    e1 | 2026-03-01T10:00:00Z | look | 1    | a | ann
"""


def _unchecked(text: str) -> Source:
    """A mapping that no validator has seen."""
    plain = source()
    page = type(plain.columns.event_name).model_construct(
        column=None, value=None, product=None, sql=text
    )
    return plain.model_copy(update={"columns": plain.columns.model_copy(update={"page": page})})


def _page(spark, text: str) -> str:
    of = _unchecked(text)
    rows = to_mapped_events(
        raw_rows(spark, ROWS, of), secret_pads(spark, SECRET), of, Settings(), read_at=READ_AT
    )
    return str(rows.select("page").collect()[0][0])


@pytest.mark.parametrize(
    "text",
    [
        "hex(_inner_pad)",
        "_outer_pad",
        "to_json(struct(*))",
        "reflect('java.lang.System', 'getenv')",
        "key_user",
        "user",
    ],
)
def test_past_the_validator_an_expression_is_refused_where_its_column_is_made(spark, text):
    with pytest.raises(SettingsError, match=r"source 'shop': columns.page.sql: "):
        _page(spark, text)


@pytest.mark.parametrize(
    "text", ["hex(_inner_pad)", "hex(`_outer_pad`)", "key_user", "key_cookie", "given_id"]
)
def test_past_every_check_the_secret_and_what_is_made_with_it_are_in_no_scope(
    spark, monkeypatch, text
):
    monkeypatch.setattr(row_expressions, "expression_column", lambda text, names: F.expr(text))
    assert _page(spark, "row.e") == "look"
    with pytest.raises(SourceError, match="UNRESOLVED_COLUMN"):
        _page(spark, text)


def test_past_every_check_all_columns_of_the_row_are_without_the_secret(spark, monkeypatch):
    monkeypatch.setattr(row_expressions, "expression_column", lambda text, names: F.expr(text))
    everything = _page(spark, "to_json(struct(*))")
    assert "row_hash" in everything
    assert "pad" not in everything


def test_a_name_from_the_data_is_no_variable_of_the_session(spark):
    """Steps become names in features: so a page that visitors choose becomes part of a query."""
    names = ["${env:HOME}", "${spark.app.name}", "it's \\ ${x}"]
    row = spark.createDataFrame(
        [(names, [1.0, 2.0, 3.0])], "own_names array<string>, own_values array<double>"
    )
    assert list(row.select(*(F.expr(own_column(n)) for n in names)).collect()[0]) == [1.0, 2.0, 3.0]

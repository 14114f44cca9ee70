"""Hostile configurations: each ends quickly with exit code 2 and names the place."""

import json
import sys
import time
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from desirelines.cli import main
from desirelines.cli.output import print_line, print_rows
from desirelines.cli.progress import Spinner, shown
from desirelines.errors import SettingsError
from desirelines.run.progress import Progress
from desirelines.run.settings_check import judged_by_spark
from desirelines.settings import read_settings
from desirelines.settings.infer_source import guess_mapping
from desirelines.settings.validators import known_name
from tests.support import shop

SECONDS = 5
"""Far more seconds than any needs; an explosion takes minutes, or all memory."""
SOURCE = (
    "sources:\n  - {name: shop, format: csv, path: in, stream: [cookie], ids: {cookie: c},\n"
    "     columns: {occurred_at: t, event_name: e}}\n"
)
LAUGHS = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 12))

FILES = {
    "a tag of Python": ("site:\n  time_zone: !!python/object/apply:os.system [id]\n", 2,
                        "the tag python/object/apply"),
    "a tag of one's own": ("clusters: !x {k: 3}\n", 1, "the tag !x is not read"),
    "a set": ("identity:\n  junk_values: !!set {a, b}\n", 2, "the tag set is not read"),
    "bytes": ("site:\n  time_zone: !!binary VVRD\n", 2, "the tag binary is not read"),
    "laughs": ("l0: &l0 [a, a, a, a, a, a, a, a, a, a]\n" + LAUGHS, 5, "more than 20,000 values"),
    "laughs by merge": ("l0: &l0 {a: 1}\n" + "".join(
        f"l{n}: &l{n} {{<<: [{', '.join([f'*l{n - 1}'] * 10)}]}}\n" for n in range(1, 12)
    ), 5, "more than 20,000 values"),
    "a list of itself": ("sources: &a [*a]\n", 1, "an alias inside the value it refers to"),
    "a mapping of itself": ("site: &a\n  rates: *a\n", 2, "an alias inside the value it refers to"),
    "an alias of nothing": ("site: *nowhere\n", 1, "undefined alias"),
    "a list as key": ("site:\n  ? [a, b]\n  : 1\n", 2, "a key is a word"),
    "a mapping as key": ("{a: 1}: 2\n", 1, "a key is a word"),
    "a 30 February": ("ingest:\n  floor_date: 2026-02-30\n", 2, "day is out of range for month"),
    "a 30 February as key": ("ingest:\n  2026-02-30: 1\n", 2, "no such setting"),
    "a day as key": ("2026-02-28: 1\n", 1, "no such setting"),
    "a yes as key": ("site: {}\nyes: 1\n", 2, "no such setting"),
    "nothing as key": ("site:\n  ~: 1\n", 2, "no such setting"),
    "a number as day": ("ingest:\n  floor_date: 86400\n", 2, "is not a day"),
    "Latin 1": (b"site: {}\n# caf\xe9\n", 2, "not UTF-8"),
    "UTF-16": ("site: {}\n".encode("utf-16"), 1, "not UTF-8"),
    "a zero byte": (b"site: {}\nconsent: {purpose: a\0b}\n", 2, "U+0000 is not allowed"),
    "a zero byte, escaped": ('site: {}\nwarehouse:\n  path: "a\\0b"\n', 3,
                             "U+0000 at position 2 cannot be seen"),
    "an escape code": ('consent:\n  purpose: "a\\x1b[31m"\n', 2, "U+001B at position 2"),
    "depth": ("a: " + "[" * 100_000 + "\n", 1, "more than 40 levels deep"),
    "depth by lines": ("".join(" " * n + f"k{n}:\n" for n in range(500)), 40,
                       "more than 40 levels deep"),
    "size": ("a: " + "x" * 300_000 + "\n", None, "larger than 256 KiB"),
    "many values": ("a: [" + "1," * 100_000 + "]\n", 1, "more than 20,000 values"),
    "a key twice": ("clusters:\n  k: 2\n  k: 3\n", 3,
                    "clusters.k is given twice (first on line 2)"),
    "a key twice below an anchor": ("site: &a {currency: EUR,\n  currency: USD}\nsegments: *a\n", 2,
                                    "site.currency is given twice"),
    "two documents": ("site: {}\n---\nsite: {}\n", 2,
                      "expected a single document in the stream, but found another"),
    "a merge of a number": ("site:\n  <<: 3\n", 2,
                            "expected a mapping or list of mappings for merging"),
    "a merged mistake": ("site: &a\n  time_zone: Mars/Base\nclusters:\n  <<: *a\n", 2,
                         "no such setting"),
    "infinite": ("sessions:\n  gap_minutes: .inf\n", 2, "should be a finite number"),
    "no number": ("sessions:\n  gap_minutes: .nan\n", 2, "should be a finite number"),
    "beyond all numbers": ("sessions:\n  gap_minutes: 1e400\n", 2, "should be a finite number"),
    "beyond a hundred years": ("sessions:\n  gap_minutes: 1.0e+300\n", 2,
                               "should be at most 52,596,000"),
    "beyond 32 bits": ("paths:\n  top_steps: 99999999999999999999\n", 2,
                       "should be at most 2,147,483,647"),
    "a number of five thousand digits": ("paths:\n  top_steps: " + "9" * 5000 + "\n", 2,
                                         "not valid YAML"),
    "a yes for a number": ("clusters:\n  restarts: yes\n", 2, "has no meaning here"),
    "nothing for a section": ("site:\nclusters:\n", 1, "should be"),
    "a list for a section": ("site: []\n", 1, "should be a mapping"),
    "a word for sources": ("sources: all\n", 1, "should be a list"),
    "a mapping for sources": ("sources: {a: b}\n", 1, "should be a list"),
    "numbers as sources": ("sources: [1, null]\n", 1, "should be a mapping"),
    "a mapping file with a zero byte in its name": ('sources: ["a\\0b"]\n', None,
                                                    "cannot be read (the path has a zero byte)"),
    "a folder as mapping file": ("sources: [.]\n", None, "cannot be read (Is a directory)"),
    "a device without end as mapping file": ("sources: [/dev/zero]\n", None, "larger than 256 KiB"),
    "a variable that is not set": ("site: {}\nwarehouse:\n  path: ${NOT_SET_ANYWHERE}\n", 3,
                                   "NOT_SET_ANYWHERE is not set"),
    "a variable without end": ("warehouse:\n  path: ${HOME\n", 2, "`${` begins a variable"),
    "a variable of a bad name": ("warehouse:\n  path: ${1X}\n", 2, "`${` begins a variable"),
    "an empty path": ("warehouse:\n  path: ''\n", 2, "at least 1 character"),
    "memory without a unit": ("spark:\n  driver_memory: 4\n", 2, "such as 4g or 1500m"),
    "memory in words": ("spark:\n  driver_memory: lots\n", 2, "such as 4g or 1500m"),
    "memory that is an option": ("spark:\n  driver_memory: 4g -XX:OnError=id\n", 2,
                                 "such as 4g or 1500m"),
    "too little memory": ("spark:\n  driver_memory: 64m\n", 2, "too little memory"),
    "a master": ("spark:\n  master: local[0]\n", 2, "is not a Spark master"),
    "an address": ("tracking:\n  tracking_uri: not an address\n", 2, "is not an address"),
    "a catalog": ("warehouse: {catalog: a.b`c, schema: d}\n", 1, "should match pattern"),
    "a schema": ("warehouse:\n  catalog: a\n  schema: 'b; DROP'\n", 3, "should match pattern"),
    "a zone": ("site:\n  time_zone: ../../etc/passwd\n", 2, "unknown IANA time zone"),
    "a currency": ("site:\n  currency: eur\n", 2, "three capital letters"),
    "a direction mark": ('consent:\n  purpose: "a\\u202Eb"\n', 2, "U+202E at position 2"),
    "a line break in a name": ('paths:\n  funnels:\n    - {name: "a\\nb", steps: [a, b]}\n', 3,
                               "U+000A at position 2"),
    "an empty name": ("paths:\n  funnels:\n    - {name: '', steps: [a, b]}\n", 3,
                      "1 to 80 characters"),
    "a long name": (f"consent:\n  purpose: {'x' * 81}\n", 2, "1 to 80 characters, this one has 81"),
    "a name of a filler": ('segments:\n  words: {frequency: {high: "a\\u3164", low: b}}\n', 2,
                           "U+3164 at position 2"),
    "a no-break space in a name": ('tracking:\n  experiment: "a\\u00A0b"\n', 2,
                                   "is not the plain space"),
    "a step rule called like the begin": (
        "sessions:\n  step_rules: [{pattern: a, name: path_start}]\n", 2,
        "has a special meaning"),
    "a step rule called like a mark of ours": (
        "sessions:\n  step_rules: [{pattern: a, name: ~~__other__}]\n", 2,
        "has a special meaning"),
    "a pattern of the end": ("paths:\n  patterns: ['buy -> path_end']\n", 2,
                             "path_end is not a step"),
    "a pattern": ("paths:\n  patterns: [a -> b, 'a -> -> b']\n", 2,
                  "at character 6: expected a step"),
    "a goal": ("paths:\n  goal: '* -> b'\n", 2, "`*` stands between two steps"),
    "a funnel of ways": ("paths:\n  funnels:\n    - {name: f, steps: ['a -> b', c]}\n", 3,
                         "is not one step"),
    "a pattern without bounds": (f"paths:\n  patterns: ['{' -> '.join(['a'] * 60)}']\n", 2,
                                 "at most 50 steps"),
    "a pattern twice": ("paths:\n  patterns: [a -> b, a -> b]\n", 1,
                        "patterns: 'a -> b' is given twice"),
    "two funnels of one name": (
        'paths:\n  funnels: [{name: "\u00e9", steps: [a, b]}, '
        '{name: "e\\u0301", steps: [a, c]}]\n', 1,
        "is given twice"),
    "a pattern of ages": ("paths:\n  patterns: [a -> b within 999999999d]\n", 2,
                          "at most a hundred years"),
    "an RFM segment called like ours": ("rfm:\n  fallback: prospects\n", 1,
                                        "people without an order"),
    "an own feature called like the person": (
        "features:\n  own: [{name: person_id, meaning: m, unit: u, aggregate: count}]\n", 2,
        "person_id is the column of the person"),
    "an occasion called like a feature": (
        "features:\n  occasions: [{name: discount, dates: [2026-01-01]}]\n", 2,
        "discount_share is already a feature of the catalogue"),
    "an occasion before all days": (
        "features:\n  occasions: [{name: first, dates: [0001-01-01]}]\n", 2, "1900"),
    "a type of identifiers": (SOURCE.replace("{cookie: c}", "{cookie: c, 'a.b': d}"), 2,
                              "should match pattern"),
}  # fmt: skip


def refused(capsys, *arguments: str) -> str:
    """Run `plan`, which reads the settings first; give its output.

    It must end in time, with exit code 2 and a message of ours.
    """
    capsys.readouterr()
    began = time.monotonic()
    code = main(["plan", *arguments])
    seconds, complaint = time.monotonic() - began, capsys.readouterr().err
    assert (code, seconds < SECONDS) == (2, True), (seconds, complaint[-500:])
    assert "Traceback" not in complaint
    assert "unexpected" not in complaint
    assert all(letter.isprintable() or letter == "\n" for letter in complaint), repr(complaint)
    assert len(complaint) < 10_000
    return complaint


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_with_its_line(capsys, tmp_path, name):
    text, line, message = FILES[name]
    file = tmp_path / "conf.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    complaint = refused(capsys, "--conf", str(file))
    assert message in complaint
    assert line is None or f"{file}:{line}" in complaint, complaint


SETS = {
    "": "write it as --set key.key=value",
    "=": "write it as --set key.key=value",
    "a": "write it as --set key.key=value",
    "site..currency=EUR": "write it as --set key.key=value",
    ".=1": "write it as --set key.key=value",
    "clusters.=1": "write it as --set key.key=value",
    "sources.-1.path=x": "has 1 entries, numbered from 0",
    "sources.1.path=x": "has 1 entries, numbered from 0",
    "sources.99999999999999999999.path=x": "has 1 entries, numbered from 0",
    "sources.².path=x": "has 1 entries, numbered from 0",
    "sources.shop.path=x": "has 1 entries, numbered from 0",
    "sources.0.name.x=1": "sources.0.name is a single value",
    "sources.0.stream.0.x=1": "sources.0.stream.0 is a single value",
    "sources={a: 1}": "should be a list",
    "sources.0=3": "should be a mapping",
    "clusters.k=[1": "not valid YAML",
    "clusters.k={a: b": "not valid YAML",
    "clusters.k=*a": "undefined alias",
    "clusters.k=&a [*a]": "an alias inside the value it refers to",
    "clusters.k=!!python/name:os.system": "the tag python/name",
    "clusters.k=2026-02-30": "day is out of range for month",
    "clusters.k=" + "[" * 5000: "more than 40 levels deep",
    "clusters.k=\x1b[31m": "U+001B is not allowed",
    "clusters.k=\udce9": "U+DCE9 is not allowed",
    "consent.purpose=a\u202eb": "U+202E at position 2",
    "\u202e=1": "no such setting",
    ".".join("a" * 30) + "=1": "write it as --set key.key=value",
    "warehouse.path=${NOT_SET_ANYWHERE}": "NOT_SET_ANYWHERE is not set",
    "warehouse.path=${": "`${` begins a variable",
}


@pytest.mark.parametrize("assignment", SETS, ids=range(len(SETS)))
def test_a_hostile_assignment_is_refused_and_said_to_be_one(capsys, tmp_path, assignment):
    file = tmp_path / "conf.yaml"
    file.write_text(SOURCE)
    complaint = refused(capsys, "--conf", str(file), "--set", assignment)
    assert SETS[assignment] in complaint
    assert "--set" in complaint


def test_a_file_that_is_no_file(capsys, tmp_path):
    for path, message in ((tmp_path, "Is a directory"), (Path("/dev/zero"), "larger than")):
        assert message in refused(capsys, "--conf", str(path))


def test_what_an_editor_or_a_template_writes_is_read(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP", "from the environment")
    file = tmp_path / "conf.yaml"
    file.write_bytes(
        b"\xef\xbb\xbfsources:\r\n  - &a {name: one, format: csv, path: '${SHOP}/$${x}', "
        b"stream: [cookie], ids: {cookie: c},\r\n"
        b"      columns: {occurred_at: t, event_name: e}, "
        b"kinds: {404: other, yes: signup, 2026-02-30: page}}\r\n"
        b"  - {<<: *a, name: two}\r\nsite:\r\n  currency: USD\r\n"
    )
    one, two = read_settings([file], ["sources.1.kinds.yes=login"]).sources
    assert (one.name, two.name, two.path) == ("one", "two", "from the environment/${x}")
    assert one.kinds == {"404": "other", "yes": "signup", "2026-02-30": "page"}
    assert two.kinds == one.kinds | {"yes": "login"}  # a copy, not the same mapping twice


@pytest.mark.parametrize("name", [
    "Weekend families", "Familles d’été", "שלום", "مرحبا", "می\u200cخواهم", "क्\u200dष",
    "👨\u200d👩\u200d👧", "🏳\ufe0f\u200d🌈", "1\ufe0f\u20e3 first", "❤\ufe0f lovers", "x" * 80,
    "日本語",
])  # fmt: skip
def test_names_that_people_give_are_taken(name):
    assert known_name(name) == name


@pytest.mark.parametrize("name", [
    "", "   ", "x" * 81, "a\nb", "a\tb", "a\0b", "a\x85b", "a\u2028b", "a\u200bb", "a\u200db",
    "ab\u200d", "\u200dab", "a\u202eb", "a\u2066b", "a\u200fb", "a\ufe0fb", "a\U000e0041b",
    "\ufeffa", "a\ue000", "a\ud800", "a\u0378", "a\u00a0b", "a\u3000b", "\u3164", "a\u00adb",
    "\u2800", "👨\u200d",
])  # fmt: skip
def test_names_that_cannot_be_seen_as_they_are_are_refused(name):
    with pytest.raises(ValueError, match=r"characters, this one|U\+"):
        known_name(name)


def test_names_that_look_alike_are_alike():
    decomposed = "e\u0301te\u0301"
    assert known_name(decomposed) == "été"
    settings = read_settings([], [f"consent.purpose={decomposed}"])
    assert settings.consent.purpose == "été"


def test_mistakes_without_end_are_told_in_twenty_lines():
    with pytest.raises(SettingsError) as raised:
        read_settings([], ["paths.patterns=[" + "->," * 1000 + "]"])
    assert len(raised.value.mistakes) == 21
    assert raised.value.mistakes[-1] == "and 980 more"


@pytest.mark.parametrize("name", ["a\u202eb", "a\nb", "", "x" * 81, "a\u200bb"])
def test_a_segment_is_not_renamed_to_what_cannot_be_read(cli, capsys, tmp_path, name):
    assert cli("rename", "lapsed", name, "--set", f"warehouse.path={tmp_path / 'warehouse'}") == 2
    assert "rename: " in capsys.readouterr().err
    assert not list((tmp_path / "warehouse").glob("*/_delta_log"))


def folder_of(path):
    """A small shop of one day, with a secret; its configuration's path."""
    shop.write(path / "in", "first.csv", shop.rows(0, 3))
    return shop.configure(path)


ENGINE = {
    "a class that Java does not know": (["sessions.step_rules=[{pattern: '\\p{Foo}', name: a}]"],
                                        "sessions.step_rules.0.pattern: '\\p{Foo}' is not a Java"),
    "a group as Python names it": (
        ["sessions.step_rules=[{pattern: a, name: a}, {pattern: '(?P<n>a)', name: b}]"],
        "sessions.step_rules.1.pattern"),
    "a group without end": (["sessions.step_rules=[{pattern: '(', name: a}]"],
                            "sessions.step_rules.0.pattern"),
    "a quote": (["sessions.step_rules=[{pattern: \"') OR ('\", name: a}]"],
                "sessions.step_rules.0.pattern"),
    "a pattern of a time": (["sources.0.columns.occurred_at={column: at, pattern: YYYY}"],
                            "sources.0.columns.occurred_at.pattern"),
    "a zone that Java does not know": (["site.time_zone=Factory"],
                                       "site.time_zone: Java does not know"),
    "a zone of a source": (["sources.0.time_zone=localtime"],
                           "sources.0.time_zone: Java does not know"),
    "a holiday": (["features.occasions=[{name: a, country: DE, holiday: Birthday of nobody}]"],
                  "DE has no holiday"),
    "a country": (["features.occasions=[{name: a, country: XX, holiday: Christmas Day}]"],
                  "no holidays are known of country"),
    "no secret": (["secrets.data_file=nowhere"], "secrets.data_file: there is no secret"),
    "all of it": (["sessions.step_rules=[{pattern: '(', name: a}]", "site.time_zone=Factory",
                   "secrets.suppression_file=nowhere"], "3 mistakes"),
}  # fmt: skip


@pytest.mark.parametrize(
    "command",
    ["run", "assign", "ingest-events", "build-paths", "publish", "plan", "rebuild", "requeue"],
)
def test_every_command_that_works_by_settings_judges_them_first(cli, capsys, tmp_path, command):
    conf = folder_of(tmp_path)
    sets = [f"--set={s}" for s in ENGINE["all of it"][0]]
    assert main([command, "--conf", str(conf), *sets]) == 2
    complaint = capsys.readouterr().err
    assert all(
        word in complaint
        for word in (
            "step_rules.0.pattern",
            "site.time_zone",
            "secrets.suppression_file",
            "secrets.data_file",
        )
    )
    assert not (tmp_path / "warehouse").exists()


@pytest.mark.parametrize("name", ENGINE)
def test_what_only_the_machine_can_judge_is_judged_before_anything_is_read(
    cli, secret_files, capsys, tmp_path, name
):
    sets, message = ENGINE[name]
    secrets = [f"--set=secrets.{key}_file={file}" for key, file in secret_files.items()]
    began = time.monotonic()
    code = main(
        [
            "ingest-events",
            "--conf",
            str(folder_of(tmp_path)),
            *secrets,
            *(f"--set={s}" for s in sets),
        ]
    )
    assert (code, time.monotonic() - began < 60) == (2, True)
    assert message in capsys.readouterr().err
    assert not (tmp_path / "warehouse").exists()


@pytest.mark.parametrize("pattern", [
    "(?<=a)b", "(?<=a{1,9})b", "a++", r"\p{IsAlphabetic}+", r"(?<n>a)\k<n>", "(?:|){60}x", "(a+)+$",
    "'; DROP TABLE", r"\Qabc", "(?i)^/P/", "(" * 200 + ")" * 200, "$${0}",
])  # fmt: skip
def test_what_java_takes_is_taken_and_none_runs_for_ever(spark, pattern):
    settings = read_settings(
        [], ["sessions.step_rules=" + json.dumps([{"pattern": pattern, "name": "a"}])]
    )
    began = time.monotonic()
    assert judged_by_spark(spark, settings) == []
    assert time.monotonic() - began < 30


def test_check_tells_what_only_the_machine_can_judge(cli, capsys, tmp_path):
    conf = folder_of(tmp_path)
    assert (
        cli("check", "--conf", str(conf), "--set", "sessions.step_rules=[{pattern: '(', name: a}]")
        == 2
    )
    assert "FAIL expressions: sessions.step_rules.0.pattern" in capsys.readouterr().out


def test_a_guessed_mapping_holds_no_line_that_came_out_of_the_rows():
    strange = {
        "x\nname: evil": "1",
        "x\u2028ids: {}": "1",
        "ok, col}": "2",
        "a`b": "3",
        "\u202eb": "4",
        "${HOME}": "5",
        "# c": "6",
        "n" * 999: "7",
    }
    names = ["a: b", "x\ny: 1", "# c", "view", "- a", "yes", "2026-02-30", "{a", "buy, or not"]
    rows = [
        {"at": f"2026-01-0{1 + n % 9}T10:00:00Z", "user_id": str(n), "event": names[n % 9],
         "price (${EUR})": "1.5"} | strange
        for n in range(90)
    ]  # fmt: skip
    text = guess_mapping(rows, name="shop", format="csv", where=("path", "in/${X}/a: b")).text
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    mapping = yaml.safe_load(text)
    assert mapping["name"] == "shop"
    assert mapping["path"] == "in/$${X}/a: b"
    assert mapping["columns"] == {"occurred_at": "at", "event_name": "event"}
    assert mapping["kinds"] == {"view": "page", "buy, or not": "purchase"}
    assert "further columns to keep: price (${EUR}), ok, col}, a`b, ${HOME}, # c" in text


def test_a_path_that_cannot_be_written_into_a_mapping(cli, capsys, tmp_path):
    assert cli("init", str(tmp_path / "new"), "--from", "a\nname: evil") == 2
    assert "init --from: the character U+000A" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_words_out_of_data_are_no_commands_to_a_terminal(capsys, monkeypatch):
    strange = "[/b] :skull: \x1b[2J\u202e[red]"
    print_rows([{strange: strange}])
    print_line(strange)
    progress = Progress("r1")
    with shown():
        progress.say(strange)
    terminal = Spinner(Console(file=sys.stderr, force_terminal=True, width=200))
    monkeypatch.setattr("desirelines.cli.progress.handler_for", lambda _: terminal)
    with shown():
        progress.begin("stage")
        progress.say(strange)
        progress.end("stage", 1, 1.0, strange)
    out = capsys.readouterr()
    assert out.out.count(r"[/b] :skull: \x1b[2J\u202e[red]") == 3
    assert out.err.count(r"[/b]") == out.err.count(r"\x1b[2J\u202e[red]") >= 2
    assert "\u202e" not in out.out + out.err
    assert "\x1b[2J" not in out.out + out.err

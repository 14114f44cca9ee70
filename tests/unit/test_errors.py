"""Errors: what they say, and with which exit code the process ends."""

import pytest

from desirelines.errors import (
    AccountError,
    ContractError,
    DesirelinesError,
    EmptyInputError,
    GateError,
    MachineError,
    PartialError,
    ResyncError,
    SettingsError,
    SourceError,
    did_you_mean,
    exit_code_for,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError(["a"]), 2),
        (MachineError("a"), 2),
        (SourceError("a"), 2),
        (ResyncError({"a": "gone."}), 2),
        (GateError("a"), 3),
        (AccountError("a"), 3),
        (EmptyInputError("a"), 4),
        (PartialError("a"), 5),
        (ContractError("a"), 1),
        (DesirelinesError("a"), 1),
        (ZeroDivisionError("a"), 1),
    ],
)
def test_each_kind_has_its_exit_code(error, code):
    assert exit_code_for(error) == code


@pytest.mark.parametrize(
    ("mistakes", "text"),
    [
        ([], ""),
        (["one"], "one"),
        (["one", "two"], "2 mistakes in the configuration:\n  one\n  two"),
    ],
)
def test_all_mistakes_are_told_at_once(mistakes, text):
    error = SettingsError(iter(mistakes))
    assert (str(error), error.mistakes) == (text, tuple(mistakes))


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("categry", " (did you mean 'category'?)"),
        ("Category", " (did you mean 'category'?)"),
        ("user", ""),
        ("", ""),
    ],
)
def test_a_near_word_is_suggested_and_a_far_one_is_not(word, hint):
    assert did_you_mean(word, iter(["category", "page"])) == hint


def test_columns_that_are_not_there_are_named_with_those_that_are():
    error = SourceError.missing_columns(
        "shop", "in.csv", iter(["categry", "x"]), iter(["category"])
    )
    assert str(error) == (
        "source 'shop': the mapping names 'categry' (did you mean 'category'?), 'x', "
        "which in.csv does not have. It has: category. "
        "Fix `columns`, `ids` or `properties` in the source's mapping."
    )


@pytest.mark.parametrize(
    ("wanted", "found", "hint"),
    [
        (["usr"], ["user", "ts"], "'usr' (did you mean 'user'?)"),
        (["user"], ["ts;user;name"], "set `delimiter: ';'`. Fix"),
        (["user"], ["ts\tuser"], "set `delimiter: tab`. Fix"),
        (["user"], ["t\0s\0", "u\0s\0e\0r\0"], "set `encoding`, such as utf-16"),
    ],
)
def test_missing_columns_say_what_was_meant(wanted, found, hint):
    assert hint in str(SourceError.missing_columns("shop", "in", wanted, found))


def test_files_that_were_left_out_are_named_by_source():
    files = [("shop", f"{n}.csv.gz") for n in range(5)] + [("mail", "a.json")]
    text = str(PartialError.unreadable_files(files))
    assert "source 'shop': 0.csv.gz, 1.csv.gz, 2.csv.gz and 2 more; source 'mail': a.json." in text
    assert "--resync shop" in text


@pytest.mark.parametrize(
    ("stopped", "again", "what", "command"),
    [
        ({"b": "gone."}, (), "source 'b': gone. Nothing new was read of it.", "--resync b"),
        ({"b": "gone."}, ["a"], "of it. Read these sources again", "--resync a --resync b"),
        ({"b": "old.", "a": "new."}, ["b"], "source 'b': old.\n  source 'a': new. Nothing new was "
         "read of them.", "--resync a --resync b"),
    ],
)  # fmt: skip
def test_one_command_reads_all_stopped_sources_again(stopped, again, what, command):
    text = str(ResyncError(stopped, again))
    assert (what in text, f"`desirelines ingest-events {command}`" in text) == (True, True), text

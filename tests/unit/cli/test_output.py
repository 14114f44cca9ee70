"""Results as they are printed: JSON, tables, sentences."""

import json
from dataclasses import dataclass
from datetime import date

import pytest

from desirelines.cli.output import plain, print_json, print_line, print_rows, rows_of, show


@dataclass(frozen=True)
class Size:
    segment: str
    people: int | None = None
    share: float | None = None


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (Size("a", 12), {"segment": "a", "people": 12, "share": None}),
        ((Size("a"),), [{"segment": "a", "people": None, "share": None}]),
        ([[1, None], ()], [[1, None], []]),
        ({"a": 1}, {"a": 1}),
        (None, None),
    ],
)
def test_a_result_is_plain_values(result, expected):
    assert plain(result) == expected


def test_json_is_one_line_in_which_days_are_text_and_letters_stay(capsys):
    show(True, [{"on": date(2026, 3, 1), "name": "Gäste"}], lambda: print_line("never"))
    assert capsys.readouterr().out == '[{"on": "2026-03-01", "name": "Gäste"}]\n'
    show(False, None, lambda: print_line("as text"))
    assert capsys.readouterr().out == "as text\n"
    print_json(Size("a", 1))
    assert json.loads(capsys.readouterr().out) == {"segment": "a", "people": 1, "share": None}


def test_a_table_says_what_is_withheld_and_reads_as_people_write(capsys):
    print_rows([*rows_of([Size("a", 1234, 0.125), Size("b\x1b", None, 0.5)]), {"since_on": None}])
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert lines == [
        ["segment", "people", "share", "since", "on"],
        ["a", "1,234", "12.5%"],
        [r"b\x1b", "withheld", "50.0%"],
        ["withheld"],
    ]  # the last row has no share, and a missing number of people is withheld


def test_no_rows_are_no_table(capsys):
    print_rows([])
    assert capsys.readouterr().out == ""

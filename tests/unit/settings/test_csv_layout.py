"""How CSV files are laid out, as a mapping says it."""

import pytest
from pydantic import ValidationError

from desirelines.settings.csv_layout import known_encoding
from tests.support.sources import source


@pytest.mark.parametrize(
    ("written", "encoding"),
    [
        ("utf8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("latin1", "ISO-8859-1"),
        ("ISO-8859-15", "ISO-8859-15"),
        ("cp1252", "windows-1252"),
        ("windows-1252", "windows-1252"),
        ("utf-16le", "UTF-16LE"),
    ],
)
def test_an_encoding_has_many_names(written, encoding):
    assert known_encoding(written) == encoding


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"encoding": "windows-1522"}, "did you mean 'windows-125"),
        ({"encoding": "rot13"}, "unknown encoding 'rot13'"),
        ({"delimiter": ""}, "a delimiter is one sign or a few"),
        ({"quote": "''"}, "give one sign"),
        ({"escape": "none"}, "give one sign"),
        ({"decimal": "comma"}, "'.' or ','"),
        ({"format": "json", "encoding": "latin1", "delimiter": ";"}, "delimiter, encoding goes"),
        ({"format": "parquet", "decimal": ","}, "decimal goes with csv"),
    ],
)
def test_what_is_no_layout_is_refused(given, message):
    with pytest.raises(ValidationError, match=message):
        source(**{"format": "csv"} | given)


@pytest.mark.parametrize("written", ["\t", "\\t", "tab"])
def test_a_tab_has_a_name(written):
    assert source(format="csv", delimiter=written).delimiter == "tab"


def test_a_source_that_was_kept_with_all_its_defaults_is_read_back():
    of = source(format="json")
    assert type(of).model_validate(of.model_dump(mode="json")) == of

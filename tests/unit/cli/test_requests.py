"""Texts that name people come from a file or standard input."""

import io
from pathlib import Path

import pytest

from desirelines.cli.requests import read_file_or_input
from desirelines.errors import SettingsError


def test_a_file_or_standard_input(tmp_path, monkeypatch):
    file = tmp_path / "request"
    file.write_text("user:zoé\n", encoding="utf-8")
    assert read_file_or_input("erase", file) == "user:zoé\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("user:zoé".encode())))
    assert read_file_or_input("erase", Path("-")) == "user:zoé"


def test_what_cannot_be_read_is_never_shown(tmp_path):
    with pytest.raises(SettingsError, match=r"erase: .*none cannot be read: No such file"):
        read_file_or_input("erase", tmp_path / "none")
    file = tmp_path / "latin"
    file.write_bytes("user:zoé".encode("latin-1"))
    with pytest.raises(SettingsError, match="is not UTF-8") as caught:
        read_file_or_input("erase", file)
    assert "zo" not in str(caught.value)

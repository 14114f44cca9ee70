"""The notebooks, on the tables of a run."""

import runpy
from pathlib import Path


def test_the_notebooks_run(first_shop, monkeypatch, capsys):
    monkeypatch.setenv("DESIRELINES_CONF", str(first_shop / "conf.yaml"))
    notebooks = sorted((Path(__file__).parents[2] / "notebooks").glob("*.py"))
    assert notebooks
    for notebook in notebooks:
        assert notebook.read_text().startswith("# Databricks notebook source\n")
        found = runpy.run_path(str(notebook))
        assert found["sessions"].count() > 0

"""The command `desirelines`; `main` runs one command and gives its exit code."""

from desirelines.cli.app import entry_point, main

__all__ = ["entry_point", "main"]

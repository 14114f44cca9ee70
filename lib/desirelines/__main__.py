"""`python -m desirelines`: the command line."""

from desirelines.cli import entry_point

if __name__ == "__main__":
    entry_point()

"""Desirelines: from raw events to behavioural segments with a history.

Importing it does not import Spark.
"""

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load `desirelines.open` on first use, because it imports Spark."""
    if name == "open":
        from desirelines.workspace.workspace import open_workspace

        return open_workspace
    raise AttributeError(f"module 'desirelines' has no attribute '{name}'")

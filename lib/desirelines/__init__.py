"""Desirelines: from raw events to behavioural segments with a history. Importing it loads nothing heavy."""

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """`desirelines.open`, loaded when it is asked for: it imports Spark, and `import desirelines` does not."""
    if name == "open":
        from desirelines.workspace import open_workspace

        return open_workspace
    raise AttributeError(f"module 'desirelines' has no attribute '{name}'")

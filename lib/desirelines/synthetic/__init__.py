"""Synthetic data from a seed: raw tables as real systems write them, and the truth for tests."""

from desirelines.synthetic.build import World, build_world

__all__ = ["World", "build_world"]

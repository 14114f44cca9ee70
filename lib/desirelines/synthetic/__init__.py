"""Worlds made up from a seed: what real systems write, and the truth that a test needs."""

from desirelines.synthetic.build import World, build_world

__all__ = ["World", "build_world"]

"""Features and labels of a person, as data that tables, settings, segment names and docs read."""

from desirelines.catalogue.features import EVER, FEATURES, WINDOW, Family, Feature, own_column
from desirelines.catalogue.labels import LABELS, Label

__all__ = ["EVER", "FEATURES", "LABELS", "WINDOW", "Family", "Feature", "Label", "own_column"]

"""What is counted of a person, and the words said of them: data that tables, settings, names and docs read."""

from desirelines.catalogue.features import EVER, FEATURES, WINDOW, Family, Feature, own_column
from desirelines.catalogue.labels import LABELS, Label

__all__ = ["EVER", "FEATURES", "LABELS", "WINDOW", "Family", "Feature", "Label", "own_column"]

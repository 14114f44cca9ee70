"""Labels of people, as data."""

from desirelines.catalogue.labels import LABELS
from desirelines.features import labels
from desirelines.tables import PERSON_LABELS


def test_every_label_has_a_function_a_column_and_rules_that_differ():
    assert len({label.name for label in LABELS}) == len(LABELS)
    for label in LABELS:
        assert callable(getattr(labels, label.name)), label.name
        assert label.name in PERSON_LABELS.column_names
        assert len(set(label.values.values())) == len(label.values) > 1
        assert all((label.meaning, label.null_means, label.source, *label.values.values()))

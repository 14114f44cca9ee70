"""Settings of features that do not go together."""

from datetime import date

import pytest

from desirelines.settings.features import Features, Occasion

AS_OF = date(2026, 1, 11)


def test_settings_of_occasions_are_checked():
    for wrong in ({}, {"country": "DE"}, {"country": "DE", "holiday": "x", "dates": [AS_OF]}):
        with pytest.raises(ValueError, match="give either"):
            Occasion(name="o", **wrong)
    with pytest.raises(ValueError, match="o_lift, o_share, o_times is given twice"):
        Features.model_validate({"occasions": [{"name": "o", "dates": ["2025-01-01"]}] * 2})

"""Pictures of funnels."""

from desirelines.report.funnel_charts import FunnelBar, WeekLine, funnel, weeks
from tests.support.report import parsed, text_of


def test_bars_tell_their_steps_and_texts_and_who_has_time():
    bars = [
        FunnelBar("cart <b>", 800.0, 0.0, "800"),
        FunnelBar("pay_now", 300.0, 120.0, "300 (44%)"),
    ]
    picture = funnel(bars)
    assert parsed(picture).names[0] == "svg"
    for shown in ("cart <b>", "pay now", "800", "300 (44%)"):
        assert shown in text_of(picture)
    assert picture.count('aria-roledescription="step"') == 3
    assert "pay now: 120 still in time" in picture


def test_weeks_that_are_not_over_are_hollow():
    def drawn(is_over):
        points = (("9 Feb", 0.4, True), ("16 Feb", 0.6, is_over))
        return weeks(["9 Feb", "16 Feb"], [WeekLine("pay", points)])

    assert "pay" in text_of(drawn(True))
    assert 'aria-label="16 Feb, pay: 60.0% dropped off, the week is not over"' in drawn(False)
    assert drawn(False).count('fill-opacity="0"') > drawn(True).count('fill-opacity="0"')

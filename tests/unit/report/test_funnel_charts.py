"""Pictures of funnels."""

from desirelines.report.funnel_charts import FunnelBar, WeekLine, funnel, weeks
from tests.support.report import parsed, text_of


def test_bars_tell_their_steps_and_texts():
    bars = [
        FunnelBar("cart", 800.0, 0.0, "800"),
        FunnelBar("pay", 300.0, 120.0, "300 (44%)"),
    ]
    picture = funnel("checkout <b>", bars, number=1)
    assert parsed(picture).names[0] == "svg"
    for shown in ("cart", "pay", "800", "300 (44%)"):
        assert shown in text_of(picture)
    assert "checkout &lt;b&gt;" in picture


def test_weeks_that_are_not_over_are_hollow():
    def drawn(is_over):
        points = (("9 Feb", 0.4, True), ("16 Feb", 0.6, is_over))
        return weeks("checkout", ["9 Feb", "16 Feb"], [WeekLine("pay", points)], number=1)

    assert "pay" in text_of(drawn(True))
    assert drawn(True) != drawn(False)
    assert drawn(False).count("#ffffff") > drawn(True).count("#ffffff")

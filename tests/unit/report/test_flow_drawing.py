"""The shapes of the flow: heights are visits, labels have room."""

from desirelines.report.flow import Band, Flow, Stop, flow_of
from desirelines.report.flow_drawing import LEAST_SLOT, TALL, drawing_of
from tests.support.report import report


def test_a_block_is_as_tall_as_its_visits_and_says_three_numbers_of_all():
    search, home, order = drawing_of(flow_of(report(), "all")).blocks
    assert search.height == round(TALL * 907 / 1009, 1)
    assert (search.label, search.numbers) == ("search 90%", "on 40% · end 50%")
    assert search.description == (
        "1. step, search: at it 907 visits (90% of all), moved on 401 (40%), ended 506 (50%)"
    )
    assert order.x > search.x == home.x
    assert home.y - search.y >= max(search.height, LEAST_SLOT)
    assert search.stub
    assert not drawing_of(Flow(10, (Stop(1, "a", 10, 10, 0),), ())).blocks[0].stub


def test_bands_have_their_share_of_all_visits_and_thin_ones_are_left_to_the_table():
    stops = (Stop(1, "a", 1000, 1000, 0), Stop(2, "b", 995, 0, 995), Stop(2, "", 5, 0, 5))
    flow = Flow(1000, stops, (Band(1, "a", "b", 995), Band(1, "a", "", 5)))
    (ribbon,) = drawing_of(flow).ribbons
    assert ribbon.description == "a → b: 995 visits (99.5% of all)"

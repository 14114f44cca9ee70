"""Messages are contacts, and no visits."""

from desirelines.report.contacts import contacts_picture, outbound_words
from tests.support.report import report


def test_messages_are_counted_for_everybody_and_for_each_segment():
    picture = contacts_picture(report(), {"c1": "often", "c3": "few"})
    assert picture.table.rows == tuple(
        row
        for who in ("everybody", "often")
        for row in (
            (who, "e-mails", "sent", "2,111", "200", ""),
            (who, "e-mails", "opened", "733", "200", "34.7%"),
        )
    )
    assert "e-mails opened: 733" in picture.svg
    visits = report().visits
    assert contacts_picture(report(visits=visits[visits["what"] != "contact"]), {}) is None


def test_the_page_says_whether_they_are_drawn_as_steps():
    assert "are not steps of visits" in outbound_words(False)
    assert "are drawn as steps" in outbound_words(True)

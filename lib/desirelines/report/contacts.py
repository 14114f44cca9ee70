"""Messages sent to people, and what people did with them: contacts, and no visits."""

from __future__ import annotations

from desirelines.report import group_charts
from desirelines.report.data import ReportData
from desirelines.report.text import ALL, count_text, people_text, percent_text
from desirelines.report.view_model import Grid, Picture
from desirelines.report.visits import Counts, counts_of

CHANNELS = (
    ("e-mails", "email_sent", (("opened", "email_opened"), ("clicked", "email_clicked"))),
    ("push messages", "push_sent", (("opened", "push_opened"),)),
    ("text messages", "sms_sent", (("clicked", "sms_clicked"),)),
)


def contacts_picture(data: ReportData, names: dict[str, str]) -> Picture | None:
    """Messages per channel to everybody and to each segment; null where none were sent.

    `names` are those of the segments, in the order of the page.
    """
    counts = {ALL: counts_of(data, ALL)} | {s: counts_of(data, s) for s in names}
    bars = [
        group_charts.Count(f"{channel} {what}", n, count_text(n))
        for channel, what, n in _of(counts[ALL])
    ]
    if not bars:
        return None
    rows = [
        (
            "everybody" if segment == ALL else names[segment],
            channel,
            what,
            count_text(n),
            people_text(of_segment.people("contact", kind)),
            "" if what == "sent" else percent_text(n / sent, 1) if sent else "",
        )
        for segment, of_segment in counts.items()
        for channel, sent_kind, responses in CHANNELS
        for what, kind in (("sent", sent_kind), *responses)
        for n in [of_segment.visits("contact", kind)]
        for sent in [of_segment.visits("contact", sent_kind)]
        if n is not None
    ]
    head = ("segment", "channel", "what", "messages", "people", "of those sent")
    return Picture(
        "Messages to people",
        group_charts.counts(bars),
        Grid(head, tuple(rows), words=3),
        "Messages in the observation window, and how many of them were opened or clicked. Numbers "
        "of fewer than ten people are withheld.",
    )


def _of(counts: Counts) -> list[tuple[str, str, int]]:
    return [
        (channel, what, n)
        for channel, sent, responses in CHANNELS
        for what, kind in (("sent", sent), *responses)
        if (n := counts.visits("contact", kind)) is not None
    ]


def outbound_words(is_drawn: bool) -> str:
    """Whether messages that were sent are steps of visits, in a sentence."""
    if is_drawn:
        return (
            "Messages sent to a person during a visit are drawn as steps of the visit "
            "(report.outbound_steps)."
        )
    return (
        "Messages sent to a person are not steps of visits; they have a part of their own below. "
        "A setting (report.outbound_steps) draws them as steps."
    )

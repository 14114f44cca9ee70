"""What the figures of the page mean: a glossary for readers who did not make it."""

from __future__ import annotations

from desirelines.tables import SMALL_GROUP

FIGURES: tuple[tuple[str, str], ...] = (
    ("People", "Everybody with an event before the day of the run, as one person across devices."),
    (
        "Group",
        "People with similar behaviour. The method was not told what to look for; the name "
        "says what stands out. Everybody is in one group at most.",
    ),
    ("Segment set by a rule", "People for whom a stated rule is true. A person can be in several."),
    (
        "The others",
        "For a group: the people of all other groups. For a segment set by a rule: everybody else.",
    ),
    (
        "Distance",
        "Difference of two averages in units of how much people differ anyway (Cohen's d)."
        " 0.3 is small, 0.8 large.",
    ),
    (
        "Withheld",
        f"A number of fewer than {SMALL_GROUP} people, or one that would reveal such a "
        "number. It can be any number.",
    ),
    (
        "Visit",
        "What a person does on the site or in the app without a long silence. A message sent "
        "to the person is no visit.",
    ),
    (
        "Step",
        "One thing done in a visit, such as a page view or a search. Repeated at once, it "
        "counts once.",
    ),
    (
        "At it, on, end",
        "Of all visits: those that are at a step, those that go on after it, those "
        "that end there. The first is the sum of the others.",
    ),
    (
        "Reached, still in time",
        "People or visits that got to a step of a funnel; and those that "
        "began, did not, and still can within its time.",
    ),
    (
        "Came in, left",
        "People who are in a segment now and were not in the previous run, and the "
        "other way round.",
    ),
    (
        "Evidence",
        "How much better so many groups fit these people than similar people without groups.",
    ),
    ("Stability", "How far groups found among other people agree: 1 is the same, 0 is chance."),
    (
        "Opened or clicked a message",
        "Share of a segment's people who did so in the window: whether they can be reached.",
    ),
    (
        "Can be judged",
        "Share of everybody of whom enough is known to say whether the segment is theirs.",
    ),
)

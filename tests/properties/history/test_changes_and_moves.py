"""Who entered and left, by the changes, is what the migration matrix says, for random runs."""

import random
from collections import Counter
from datetime import date

from desirelines.history.membership_changes import to_changes, to_moves

MAIN, RULES = ("c-1", "c-2", "too_little_data"), ("buyers", "lapsed")
HISTORIES, PEOPLE = 12, 40


def members(draw, history):
    """Each person is in one main segment or not there at all, and in any rule segments."""
    rows = []
    for n in range(PEOPLE):
        if draw.random() < 0.15:
            continue
        person = f"h{history}-p{n}"
        rows.append((person, f"h{history}-{draw.choice(MAIN)}", True, n % 4))
        rows += [(person, f"h{history}-{r}", False, n % 4) for r in RULES if draw.random() < 0.3]
    return rows


def test_changes_add_up_to_the_moves(spark):
    """Many histories stand in one table, each with people and segments of its own."""
    draw = random.Random(11)
    schema = "person_id string, segment_id string, is_primary boolean, bucket long"
    before, now = (
        [row for history in range(HISTORIES) for row in members(draw, history)] for _ in range(2)
    )
    then, today = (spark.createDataFrame(rows, schema) for rows in (before, now))
    changes = to_changes(then, today, run_id="r", as_of=date(2026, 3, 1)).collect()
    matrix = {
        (r["from_segment_id"], r["to_segment_id"]): r["people_count"]
        for r in to_moves(then, today, None).collect()
    }
    main = {row[1] for row in (*before, *now) if row[2]}
    counted = Counter((c["segment_id"], c["change"]) for c in changes if c["segment_id"] in main)
    for segment in main:
        entered = sum(n for (old, new), n in matrix.items() if new == segment != old)
        left = sum(n for (old, new), n in matrix.items() if old == segment != new)
        assert counted[segment, "entered"] == entered
        assert counted[segment, "left"] == left
    assert counted.total() > 300
    # Rule segments are in no move, and nobody changes their main segment for one.
    assert not {s for pair in matrix for s in pair} & {
        f"h{h}-{rule}" for h in range(HISTORIES) for rule in RULES
    }

"""Every persona is found by its rule, and hardly anybody else, in worlds where people have habits.

All shipped rules run on worlds of three seeds. `WORLD_SEEDS="7 11"` sets the seeds,
`WORLD_HABIT_PEOPLE=2000` the number of people.
"""

import os
import sys
from collections import Counter
from datetime import timedelta

import pytest

from desirelines import tables
from desirelines.operations.compare_with_truth import true_people
from desirelines.synthetic.personas import PERSONAS
from tests.support.worlds import DAYS, FIRST_DAY, ROOT, SEEDS, begun

pytestmark = [pytest.mark.campaign, pytest.mark.usefixtures("compiled")]

PEOPLE = int(os.environ.get("WORLD_HABIT_PEOPLE", "1000"))
HABIT_WEEKS = 12
SHIPPED = sorted(file.stem for file in (ROOT / "conf" / "segments").glob("*.yaml"))
ALWAYS_THERE = "too_little_data"
RULE_OF = {
    "weekend_binge_watcher": "weekend_binge",
    "last_minute_buyer": "last_minute",
    "loyal_advocate": "loyal_advocate",
    "high_value_shopper": "high_value",
    "cart_abandoner": "cart_abandoner",
    "tire_kicker": "tire_kicker",
    "power_user": "power_user",
    "needs_training": "needs_training",
    "deal_hunter": "deal_hunter",
    "lapsed": "lapsed",
}
LEAST = 0.9


def found_by_rules(warehouse, truth, secret):
    """Of each persona: people, members of its rule, precision and recall.

    People of the persona whom the pipeline did not find count against recall; members whom the
    truth does not know count against precision.
    """
    people = Counter(r["persona"] for r in truth.select("persona").collect())
    known = {r["person_id"]: r["persona"] for r in true_people(warehouse, truth, secret).collect()}
    rows = warehouse.read(tables.SEGMENT_MEMBERS).select("segment_id", "person_id").collect()
    out = {}
    for persona, rule in RULE_OF.items():
        members = {r["person_id"] for r in rows if r["segment_id"] == rule}
        right = sum(known.get(member) == persona for member in members)
        out[persona] = (
            people[persona],
            len(members),
            right / max(1, len(members)),
            right / people[persona],
        )
    return out


def test_every_persona_has_its_rule():
    assert list(RULE_OF) == [persona.name for persona in PERSONAS]
    assert set(RULE_OF.values()) <= set(SHIPPED)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_persona_is_found_by_its_rule(spark, secret_files, tmp_path, seed):
    rules = ", ".join(name for name in SHIPPED if name != ALWAYS_THERE)
    run, warehouse, secret = begun(
        spark, tmp_path, secret_files, PEOPLE, seed,
        habit_weeks=HABIT_WEEKS, settings=[f"segments.rules=[{rules}]"],
    )  # fmt: skip
    run(FIRST_DAY + timedelta(days=DAYS))
    truth = spark.read.format("delta").load(str(tmp_path / "world" / "truth" / "people"))
    found = found_by_rules(warehouse, truth, secret)
    lines = [f"{'persona':<22}people members precision recall"]
    lines += [
        f"{persona:<22}{people:>6} {members:>7} {precision:>9.3f} {recall:>6.3f}"
        for persona, (people, members, precision, recall) in found.items()
    ]
    sys.stdout.write(f"\nseed {seed}, {PEOPLE:,} people\n" + "\n".join(lines) + "\n")
    missed = {
        persona: (precision, recall)
        for persona, (_, _, precision, recall) in found.items()
        if min(precision, recall) < LEAST
    }
    assert missed == {}

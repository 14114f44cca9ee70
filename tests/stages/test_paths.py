"""Which step follows which in a whole shop."""

from collections import Counter, defaultdict
from itertools import pairwise

from desirelines import tables
from tests.support import shop
from tests.support.published import FIRST, SECOND, read


def test_what_is_published_of_everybody_is_what_plain_python_counts(spark, published_template):
    visits = defaultdict(list)
    for row in shop.rows(FIRST[0], SECOND[1]):
        visits[row["cookie"], row["at"][:10]].append((row["at"], row["event"]))
    counted = Counter()
    for events in visits.values():
        steps = [event for _, event in sorted(events)]
        counted.update(pairwise(["path_start", *steps, "path_end"]))
    edges = read(spark, published_template, tables.PATH_EDGES).filter(
        "run_id = 'second' AND segment_id = 'all' AND grain = 'session'"
    )
    found = {(r["from_step"], r["to_step"]): r["transition_count"] for r in edges.collect()}
    assert found == counted

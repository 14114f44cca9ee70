"""The most frequent ways through a session."""

from desirelines.paths.top_paths import to_top_paths
from tests.support.walks import members, sessions


def test_top_paths_take_repeats_together_and_leave_out_what_few_people_do(spark):
    found = [
        sorted(
            (r["segment_id"], " ".join(r["path"]), r["sessions_count"], round(r["share"], 3))
            for r in got.collect()
        )
        for got in (
            to_top_paths(sessions(spark), members(spark), most=3),
            to_top_paths(sessions(spark, people=20), members(spark, people=20), most=3),
        )
    ]
    assert found == [
        [("all", "home view buy", 12, 0.75)],  # of the ten the others would follow, who are two
        [
            ("all", "home view buy", 20, round(20 / 24, 3)),
            *(
                (s, "home view buy", 10, {"big": round(10 / 14, 3), "tiny": 1.0}[s])
                for s in ("big", "tiny")
            ),
        ],
    ]

"""Events named like a reserved step of the path tables are counted apart from it."""

from pyspark.sql import functions as F

from desirelines.paths.person_batches import colocated_by_person, with_segments
from desirelines.paths.step_matrix import to_positions, to_step_facts
from desirelines.paths.transitions import published_steps, to_edges, with_published_steps
from desirelines.paths.units import to_session_paths
from desirelines.sessions.sessions import step_name
from desirelines.settings.sessions import Sessions
from tests.support.tables import rows_of, table

NAMES = ("path_start", "view", "path_end", "__other__", "__hidden__")


def shown_paths(spark):
    """Twelve people take the steps of NAMES; twelve look, then take a step that nobody else takes.

    Only `view` is a top step.
    """
    lines = [
        f"p{n} | {n} | {place} | {name}" for n in range(12) for place, name in enumerate(NAMES)
    ]
    lines += [
        f"q{n} | {n + 50} | {place} | {name}"
        for n in range(12)
        for place, name in enumerate(("view", f"own{n}"))
    ]
    events = table(spark, "person_id | session_id | n:place | event_name\n" + "\n".join(lines))
    named = events.withColumn("step", F.struct("place", step_name(Sessions()).alias("name")))
    sessions = named.groupBy("person_id", "session_id").agg(
        F.lit("2026-03-01 10:00").cast("timestamp").alias("started_at"),
        F.expr("transform(array_sort(collect_list(step)), s -> s.name)").alias("steps"),
        F.expr("transform(array_sort(collect_list(step)), s -> s.place * 1000)").alias(
            "step_offsets"
        ),
    )
    nobody = table(spark, "person_id | segment_id\nnobody | none")
    own = colocated_by_person(with_segments(to_session_paths(sessions), nobody))
    return with_published_steps(own, published_steps(own, top_steps=4, min_people=10))


def test_events_of_reserved_names_are_counted_apart(spark):
    paths = shown_paths(spark).persist()
    got = rows_of(
        to_edges(paths, run_id="r"),
        "from_step",
        "to_step",
        "people_count",
        "transition_count",
        "per_path",
    )
    assert sorted(got) == [
        # Five names of at least twelve people, four of them top steps: the last by name,
        # ~path_start, is one of the others.
        ("__hidden__", "path_end", 12, 12, 0.5),
        ("__other__", "view", 12, 12, 0.5),
        ("path_start", "__other__", 12, 12, 0.5),
        ("path_start", "view", 12, 12, 0.5),
        ("view", "__hidden__", 12, 12, 0.5),
        ("view", "~path_end", 12, 12, 0.5),
        ("~__hidden__", "path_end", 12, 12, 0.5),
        ("~__other__", "~__hidden__", 12, 12, 0.5),
        ("~path_end", "~__other__", 12, 12, 0.5),
    ]
    got = rows_of(
        to_positions(paths, places=6, run_id="r").filter("place IN (3, 4, 6)"),
        "place",
        "step",
        "path_count",
    )
    assert sorted(got) == [
        (3, "path_end", 12), (3, "~path_end", 12), (4, "path_end", 12), (4, "~__other__", 12),
        (6, "path_end", 24),
    ]  # fmt: skip
    facts = {
        r["step"]: (r["people_count"], r["visit_count"], r["exit_share"])
        for r in to_step_facts(paths, run_id="r").collect()
    }
    assert facts == {
        "view": (24, 24, 0.0), "__hidden__": (12, 12, 0.5), "__other__": (12, 12, 0.0),
        "~path_end": (12, 12, 0.0), "~__other__": (12, 12, 0.0), "~__hidden__": (12, 12, 0.5),
    }  # fmt: skip

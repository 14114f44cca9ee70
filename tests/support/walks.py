"""Sessions of twelve people who walk nearly the same way, two of them in a segment of their own."""

from desirelines.paths.person_batches import colocated_by_person, with_segments
from desirelines.paths.transitions import to_edges
from desirelines.paths.units import to_person_paths, to_session_paths
from tests.support.tables import table


def sessions(spark, people=12):
    lines = [
        f"p{n} | {n:02d} | 2026-03-01 10:00 | home view view buy | 0 1000 3000 6000"
        for n in range(people)
    ]
    lines += [f"p{n} | {n + 50} | 2026-03-01 09:00 | home | 0" for n in range(3)]
    lines += ["p0 | 99 | 2026-03-01 11:00 | home my-own-page | 0 9000"]
    return table(
        spark,
        "person_id | session_id | started_at | l:steps | ln:step_offsets\n" + "\n".join(lines),
    )


def edges_of(spark):
    paths = session_paths(spark)
    return to_edges(paths.unionByName(to_person_paths(paths), allowMissingColumns=True), run_id="r")


def session_paths(spark):
    return colocated_by_person(with_segments(to_session_paths(sessions(spark)), members(spark)))


def members(spark, people=12):
    return table(
        spark,
        "person_id | segment_id\n"
        + "\n".join(f"p{n} | {'big' if n < 10 else 'tiny'}" for n in range(people)),
    )

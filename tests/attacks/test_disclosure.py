"""Groups of one to nine people are not published, and no subtraction reveals one.

The tables are attacked in the ways that ADR 9 says a reader can.
"""

import json
from collections import defaultdict

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as F

from desirelines.catalogue import FEATURES
from desirelines.clusters.fit import fit
from desirelines.columns.small_groups import (
    hidden_cells,
    hidden_of_rule,
    hidden_parts,
    keep_publishable,
)
from desirelines.history.publishable import Counted, Move, publishable_sizes_and_moves
from desirelines.paths.withholding import withheld
from desirelines.settings.model import Clusters
from tests.support.subtraction import of_one_doing, of_two_runs

COUNTS = st.one_of(st.just(0), st.integers(1, 9), st.integers(10, 14), st.integers(15, 60))
RULES = ("r", "q")


@st.composite
def two_runs(draw):
    """People by main segment then and now; of each rule segment, who stayed, entered and left."""
    then = [*"abc"[: draw(st.integers(1, 3))], "t"]
    now = [
        *draw(st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=3, unique=True)),
        "t",
    ]
    cells = {
        (f, g): draw(COUNTS)
        for f in (*then, "new")
        for g in (*now, "gone")
        if (f, g) != ("new", "gone")
    }
    stays = draw(st.booleans())
    if stays:  # as in successive runs: most people stay where they were
        cells |= {(s, s): draw(st.integers(12, 90)) for s in then if s in now}
    everybody = (
        sum(n for (f, _), n in cells.items() if f != "new"),
        sum(n for (_, g), n in cells.items() if g != "gone"),
    )  # fmt: skip
    rules = {r: (draw(COUNTS), draw(COUNTS), draw(COUNTS)) for r in RULES}
    fits = {
        r: k
        for r, k in rules.items()
        if k[0] + k[1] <= everybody[1] and k[0] + k[2] <= everybody[0]
    }
    return then, now, cells, everybody, fits


def published(then, now, cells, rules):
    """Sizes then and now and moves, as two runs publish them, by segment."""
    size_then = {s: sum(n for (f, _), n in cells.items() if f == s) for s in then}
    begun = {s: Counted(n, n, 0) for s, n in size_then.items()} | {
        r: Counted(k + left, k + left, 0) for r, (k, _, left) in rules.items()
    }
    first, _ = publishable_sizes_and_moves(
        begun, [Move("new", s, n, 0) for s, n in size_then.items() if n], {}, main=then
    )
    of_now = {s: sum(n for (_, g), n in cells.items() if g == s) for s in now}
    stayed = {s: cells.get((s, s), 0) for s in {*then, *now}}
    counted = {
        s: Counted(n, n - stayed[s], size_then.get(s, 0) - stayed[s]) for s, n in of_now.items()
    }
    counted |= {r: Counted(k + entered, entered, left) for r, (k, entered, left) in rules.items()}
    moves = [Move(f, g, n, n // 3) for (f, g), n in cells.items() if n]
    before = {row["segment_id"]: row["people_count"] for row in first}
    second, published_rows = publishable_sizes_and_moves(counted, moves, before, main=now)
    sizes = tuple({row["segment_id"]: row for row in rows} for rows in (first, second))
    return sizes, {
        (m["from_segment_id"], m["to_segment_id"]): m["people_count"] for m in published_rows
    }


@settings(max_examples=60, deadline=None, derandomize=True)
@given(two_runs())
def test_sizes_and_moves_of_two_runs_give_no_small_group(world):
    then, now, cells, everybody, rules = world
    if min(everybody) < 10:
        return  # a world of fewer than ten people has no clusters and is not published
    sizes, moves = published(then, now, cells, rules)
    reader, tried = of_two_runs((then, now), list(rules), everybody, sizes, moves)
    truth = {f"{f} to {g}": n for (f, g), n in cells.items()}
    for s in {*then, *now}:
        truth[f"{s} then"] = sum(n for (f, _), n in cells.items() if f == s)
        truth[f"{s} now"] = sum(n for (_, g), n in cells.items() if g == s)
        truth.setdefault(f"{s} to {s}", 0)
        truth |= {
            f"{s} left": truth[f"{s} then"] - truth[f"{s} to {s}"],
            f"{s} entered": truth[f"{s} now"] - truth[f"{s} to {s}"],
        }
    for r, (k, entered, left) in rules.items():
        truth |= {
            f"{r} to {r}": k,
            f"{r} entered": entered,
            f"{r} left": left,
            f"{r} then": k + left,
            f"{r} now": k + entered,
        }
        truth |= {
            f"not {r} then": everybody[0] - k - left,
            f"not {r} now": everybody[1] - k - entered,
        }
    assert reader.disclosed(tried, truth) == []


def test_twenty_who_were_and_twenty_seven_who_are_do_not_tell_of_the_seven():
    cells = {("a", "a"): 20, ("new", "a"): 7, ("b", "b"): 40, ("new", "b"): 30, ("t", "t"): 30}
    sizes, moves = published(["a", "b", "t"], ["a", "b", "t"], cells, {})
    assert {s: (r["people_count"], r["entered_count"], r["left_count"])
            for s, r in sizes[1].items()} == {
        "a": (27, None, None), "b": (70, 30, 0), "t": (30, 0, 0),
    }  # fmt: skip
    assert moves == {("b", "b"): 40, ("new", "b"): 30, ("t", "t"): 30}


def test_in_an_ordinary_week_sizes_stay_and_the_large_moves():
    """Suppression is minimal: numbers that reveal no small group stay."""
    cells = {
        ("a", "a"): 400,
        ("a", "b"): 25,
        ("a", "t"): 3,
        ("b", "b"): 300,
        ("b", "a"): 31,
        ("t", "t"): 90,
        ("new", "t"): 40,
        ("t", "gone"): 15,
    }
    sizes, moves = published(["a", "b", "t"], ["a", "b", "t"], cells, {})
    assert {s: (r["people_count"], r["entered_count"], r["left_count"])
            for s, r in sizes[1].items()} == {
        "a": (431, None, None), "b": (325, 25, 31), "t": (133, None, None),
    }  # fmt: skip
    # The three of a that went to t may be any number: as many more stayed in neither of the two.
    assert set(cells) - set(moves) == {("a", "t"), ("a", "a"), ("t", "t")}


def test_a_large_move_is_not_withheld_for_the_sake_of_a_few_others():
    cells = {
        ("a", "a"): 178,
        ("a", "b"): 36,
        ("a", "c"): 3,
        ("b", "b"): 147,
        ("b", "a"): 39,
        ("b", "c"): 7,
        ("c", "c"): 245,
        ("c", "b"): 9,
    }
    _, moves = published(["a", "b", "c"], ["a", "b", "c"], cells, {})
    assert {key: n for key, n in moves.items() if key[0] != key[1]} == {
        ("a", "b"): 36,
        ("b", "a"): 39,
    }


def test_a_segment_of_five_takes_no_more_than_the_next_smallest_with_it():
    cells = {
        ("a", "a"): 400,
        ("b", "b"): 300,
        ("c", "c"): 60,
        ("t", "t"): 3,
        ("a", "t"): 2,
        ("b", "c"): 14,
        ("a", "b"): 30,
        ("new", "a"): 50,
    }
    sizes, moves = published(["a", "b", "c", "t"], ["a", "b", "c", "t"], cells, {})
    assert {s: r["people_count"] for s, r in sizes[1].items()} == {
        "a": 450,
        "b": 330,
        "c": None,
        "t": None,
    }
    assert set(moves) == {("a", "b"), ("b", "b"), ("new", "a")}


@pytest.mark.parametrize(
    ("sizes", "withheld"),
    [
        ({"a": 32, "b": 30, "c": 2}, "bc"),  # 64 − 32 − 30
        ({"a": 32, "b": 30, "c": 0}, ""),
        ({"a": 32, "b": 3, "c": 7}, "bc"),  # ten people of two parts
        ({"a": 32, "b": 3, "c": 6}, "abc"),
        ({"b": 20, "a": 20, "c": 9}, "ac"),  # on a tie the first by name
        ({"a": 12}, ""),
    ],
)
def test_a_small_part_hides_with_the_next_smallest(sizes, withheld):
    assert "".join(sorted(hidden_parts(sizes))) == withheld


@st.composite
def one_doing(draw):
    """People of the parts, of no listed part, and of a rule's segment, by change: a row each."""
    width = draw(st.integers(2, 5))
    rows = st.lists(COUNTS, min_size=width, max_size=width)
    parts = draw(st.lists(rows, min_size=1, max_size=4))
    rest = draw(st.one_of(st.just([0] * width), rows))
    for row in (
        *parts,
        rest,
    ):  # a segment of fewer than ten has no rows, and neither has the one that would give it away
        row[0] += 10 if 0 < sum(row) < 10 else 0
    parts[0][0] += 10
    whole = np.array([*parts, rest]).sum(axis=0)
    rule = np.array(
        [
            draw(st.one_of(st.integers(0, int(n)), st.integers(max(int(n) - 9, 0), int(n))))
            for n in whole
        ]
    )
    rule = rule * (rule.sum() >= 10)
    return np.array(parts), np.array(rest), whole, whole if 0 < (whole - rule).sum() < 10 else rule


@settings(max_examples=60, deadline=None, derandomize=True)
@given(one_doing(), st.booleans())
def test_places_and_weeks_give_no_small_group(world, is_exact):
    parts, rest, whole, rule = world
    names = [f"s{n}" for n in range(len(parts))]
    rows = [
        (segment, f"c{column}", int(n))
        for segment, counts in zip(["all", *names, "rule"], [whole, *parts, rule], strict=True)
        for column, n in enumerate(counts)
        if n
    ]
    table = pa.table(
        dict(zip(("segment_id", "step", "people"), zip(*rows, strict=True), strict=True))
    )
    gone = withheld(table, "step", people="people", overlapping={"rule"}, is_exact=is_exact)
    shown = {(s, c): n for (s, c, n), is_gone in zip(rows, gone, strict=True) if not is_gone}
    totals = {
        s: int(np.sum(c))
        for s, c in zip(["all", *names, "rule"], [whole, *parts, rule], strict=True)
    }
    columns = {c for _, c, _ in rows}
    reader, tried = of_one_doing(shown, totals, columns, names, ["rule"])
    of = dict(
        zip(
            ("all", *names, "rest", "rule", "not rule"),
            (whole, *parts, rest, rule, whole - rule),
            strict=True,
        )
    )
    truth = {f"{s} c{n}": int(count) for s, counts in of.items() for n, count in enumerate(counts)}
    assert reader.disclosed(tried, truth) == []


def test_what_everybody_and_the_segments_do_gives_no_small_group(spark):
    """Two hundred keys of random counts at once.

    Everybody minus the main segments, and minus a rule's segment, is zero or at least ten.
    """
    random = np.random.default_rng(4)
    rows = []
    for key in range(200):
        parts = [
            int(
                random.choice(
                    [0, random.integers(1, 10), random.integers(10, 15), random.integers(15, 40)]
                )
            )
            for _ in range(4)
        ]
        everybody = sum(parts)
        rule = (
            int(random.integers(0, everybody + 1))
            if key % 2
            else max(everybody - int(random.integers(0, 12)), 0)
        )
        counts = zip(("all", "a", "b", "c", "t", "rule"), (everybody, *parts, rule), strict=True)
        rows += [(key, segment, n) for segment, n in counts if n]
    cells = spark.createDataFrame(rows, "key long, segment_id string, people_count long")
    published_rows, all_rows = defaultdict(dict), defaultdict(dict)
    for key, segment, n in rows:
        all_rows[key][segment] = n
    for r in keep_publishable(cells, "key", overlapping={"rule"}).collect():
        published_rows[r["key"]][r["segment_id"]] = r["people_count"]
    for key, own in all_rows.items():
        shown = published_rows[key]
        assert all(n >= 10 for n in shown.values())
        if own["all"] < 10:
            assert not shown
            continue
        rest = own["all"] - sum(shown.get(s, 0) for s in "abct")
        assert rest == 0 or rest >= 10, (own, shown)
        assert not 0 < own["all"] - shown.get("rule", 0) < 10, (own, shown)
        # No more is withheld than needed: at most one that is not small itself.
        large = [s for s in "abct" if own.get(s, 0) >= 10 and s not in shown]
        small = sum(own.get(s, 0) for s in "abct" if own.get(s, 0) < 10)
        assert len(large) == (1 if 0 < small < 10 else 0), (own, shown)


def test_without_a_square_to_change_places_in_nothing_of_the_segments_is_told():
    people = np.array([[12, 0], [4, 0], [8, 0]])
    assert hidden_cells(people, whole=0) is None
    assert hidden_of_rule(np.array([4, 0]), np.array([14, 0]), np.array([False, False])) is None


def test_where_nothing_of_the_segments_is_told_everybody_s_small_cell_has_company():
    """Five and five of s are too few to hide the four, who are all of `a`: 84 minus 40 and 40."""
    rows = {
        ("all", "a"): 4,
        ("all", "c"): 40,
        ("all", "d"): 40,
        ("s", "a"): 4,
        ("s", "c"): 5,
        ("s", "d"): 5,
        ("z", "c"): 35,
        ("z", "d"): 35,
    }
    table = pa.table(
        {
            "segment_id": [s for s, _ in rows],
            "step": [c for _, c in rows],
            "people": list(rows.values()),
        }
    )
    gone = withheld(table, "step", people="people", overlapping=(), is_exact=True)
    assert [key for key, is_gone in zip(rows, gone, strict=True) if not is_gone] == [("all", "d")]


def people_of(spark, groups):
    """Features of people in groups; inside a group, activity and orders are almost equal."""
    rows = []
    for group, (count, days, orders) in enumerate(groups):
        rows += [
            (f"p{group}-{n:03d}", n % 8, days + n % 3 * 0.1, orders + n % 2 * 0.1)
            for n in range(count)
        ]
    table = spark.createDataFrame(
        rows, "person_id string, bucket long, active_days double, frequency double"
    )
    others = [
        F.lit(None).cast("double").alias(f.name) for f in FEATURES if f.name not in table.columns
    ]
    return table.select("*", *others), len(rows)


@pytest.mark.parametrize(
    "clusters", [Clusters(k=3), Clusters(k=3, fit="mllib"), Clusters(k_min=2, k_max=4)]
)
def test_two_people_among_sixty_four_are_no_cluster(spark, clusters):
    """Their centre revealed what these two do, to the digit."""
    features, count = people_of(spark, [(32, 2.0, 1.0), (30, 9.0, 6.0), (2, 29.0, 40.0)])
    findings = []
    fitted = fit(features, count, FEATURES, clusters, findings.append)
    assert fitted.kept.clusters_found == len(fitted.centres) == 2
    assert fitted.kept.smallest_share * count >= 10
    for trial in findings:
        assert (
            trial.smallest_share is None
            or trial.smallest_share * trial.people_count >= 10
            or trial.clusters_found == 1
        )
    # The published bounds are of ten people: neither the 29 days nor the 40 orders of two.
    bounds = [
        np.expm1(c["high"])
        for c in json.loads(fitted.preparation.to_json())
        if not c["is_indicator"]
    ]
    assert bounds
    assert max(bounds) < 15


def test_who_is_not_grouped_and_few_does_not_follow_from_those_who_are(spark):
    features, count = people_of(spark, [(32, 2.0, 1.0), (30, 9.0, 6.0)])
    findings = []
    fitted = fit(features, count, FEATURES, Clusters(k=2), findings.append, apart=4)
    assert {(t.people_count, t.smallest_share) for t in (*findings, *fitted.trials)} == {
        (None, None)
    }
    open_ = fit(features, count, FEATURES, Clusters(k=2), apart=0)
    assert (open_.kept.people_count, open_.kept.smallest_share) == (62, 30 / 62)


def tables_of(spark, shop):
    """Every published table of aggregates, as rows by run."""

    def read(name, run):
        rows = (
            spark.read.format("delta")
            .load(str(shop / "warehouse" / name))
            .filter(F.col("run_id") == run)
        )
        return [r.asDict() for r in rows.collect()]

    return read


def attack(read, runs, main, rules):
    """Everything the reader finds in the tables of two runs that follow each other."""
    found = []
    sizes = [{r["segment_id"]: r for r in read("segment_sizes", run)} for run in runs]
    everybody = [
        next(
            r["row_count"] for r in read("runs", run) if r["phase"] == "publish" and r["row_count"]
        )
        for run in runs
    ]
    moves = {
        (r["from_segment_id"], r["to_segment_id"]): r["people_count"]
        for r in read("segment_moves", runs[1])
    }
    reader, tried = of_two_runs(main, rules, everybody, sizes, moves)
    found += [("sizes and moves", *d) for d in reader.disclosed(tried)]
    for run, segments in zip(runs, main, strict=True):
        doings = {
            "path_edges": ("grain", "from_step", "to_step"), "path_steps": ("grain", "step"),
            "path_patterns": ("grain", "kind", "pattern"), "funnel_steps": ("funnel", "step_no"),
            "funnel_weeks": ("funnel", "week_on", "step_no"),
        }  # fmt: skip
        for table, key in doings.items():
            by_key = defaultdict(dict)
            for r in read(table, run):
                assert r["people_count"] >= 10, (table, r)
                by_key[tuple(r[k] for k in key)][r["segment_id"]] = r["people_count"]
            for of, people in by_key.items():
                if "all" in people:
                    left = {
                        "main segments": people["all"] - sum(people.get(s, 0) for s in segments)
                    }
                    left |= {r: people["all"] - people[r] for r in rules if r in people}
                    found += [(run, table, of, than, n) for than, n in left.items() if 0 < n < 10]
        # The step matrix: paths, and what is withheld summed up. A person is one path.
        paths = defaultdict(dict)
        for r in read("path_positions", run):
            if r["grain"] == "person":
                paths[r["place"]][r["segment_id"], r["step"]] = r["path_count"]
        for place, cells in paths.items():
            columns = {c for _, c in cells if c != "__hidden__"} | {"another", "one more"}
            whole = {
                s: sum(n for (t, _), n in cells.items() if t == s) for s in {s for s, _ in cells}
            }
            shown = {key: n for key, n in cells.items() if key[1] != "__hidden__"}
            reader, tried = of_one_doing(
                shown,
                whole,
                columns,
                [s for s in segments if s in whole],
                [r for r in rules if r in whole],
            )
            found += [(run, "path_positions", place, *d) for d in reader.disclosed(tried)]
        # Where paths of people begin and end, with the people there are of each segment.
        for end, step in (("path_start", "to_step"), ("path_end", "from_step")):
            rows = [
                r
                for r in read("path_edges", run)
                if r["grain"] == "person" and end in (r["from_step"], r["to_step"])
            ]
            whole = {s: n for s in ("all", *segments, *rules)
                     if s in {r["segment_id"] for r in rows}
                     for n in [everybody[runs.index(run)] if s == "all"
                               else sizes[runs.index(run)][s]["people_count"]] if n}  # fmt: skip
            shown = {(r["segment_id"], r[step]): r["people_count"] for r in rows}
            columns = {c for _, c in shown} | {"another", "one more"}
            reader, tried = of_one_doing(
                shown,
                whole,
                columns,
                [s for s in segments if s in whole],
                [r for r in rules if r in whole],
            )
            found += [(run, end, *d) for d in reader.disclosed(tried)]
        for r in read("segment_profiles", run):
            people, known = r["people_count"], r["known_count"]
            assert people is None or (people >= 10 and not 0 < people - known < 10), r
        for r in read("cluster_models", run):
            found += (
                [(run, "cluster_models", r["cluster"], r["people_count"])]
                if 0 < (r["people_count"] or 0) < 10
                else []
            )
        for r in read("cluster_trials", run):
            few = (
                r["smallest_share"] is not None
                and r["people_count"]
                and 0 < round(r["smallest_share"] * r["people_count"]) < 10
            )
            found += [(run, "cluster_trials", r["trial"])] if few else []
    return found


@pytest.mark.integration
def test_no_table_of_a_shop_that_was_published_twice_gives_a_small_group(spark, published_shop):
    read = tables_of(spark, published_shop)
    main = [
        [*{m["segment_id"] for m in read("cluster_models", run)}, "too_little_data"]
        for run in ("first", "second")
    ]
    assert attack(read, ["first", "second"], main, ["new_buyer", "lapsed", "cart_abandoner"]) == []
    # The number of changes would be the sum of all who entered and left.
    assert {
        r["row_count"]
        for r in read("runs", "second")
        if r["phase"] == "assign-segments" and r["row_count"]
    } == {len(read("segment_sizes", "second"))}

"""How many people's paths hold which pattern, how often, and whether before the goal.

`frequent_patterns.to_patterns` sums these tallies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame

from desirelines.kernels.groups import Ints, Reals, group_starts
from desirelines.paths import kernel
from desirelines.paths.pattern_matching import occurrences
from desirelines.paths.person_batches import Batch, Counted, to_tallies
from desirelines.paths.transitions import HIDDEN, OTHER
from desirelines.settings.patterns import Pattern, plain

RUNS, SEQUENCE, ASKED = {2: "pair", 3: "triple"}, "sequence", "asked"
SUMS = ("people_count", "path_count", "occurrence_count", "_before", "_missed")
"""Counts for each pattern: people, then the sums of `kernel.held` in its order."""
_COLUMNS = "kind string, pattern string, " + ", ".join(f"{name} long" for name in SUMS)


def to_totals(paths: DataFrame) -> DataFrame:
    """Tallies of people, paths and paths that reached the goal. No shuffle.

    `paths` as in `person_batches.to_tallies`, with goal_ms.
    """
    return to_tallies(paths, _totals_of, "_people long, _paths long, _goals long")


def to_ngram_counts(paths: DataFrame) -> DataFrame:
    """Tallies by kind and pattern of n-grams: two and three consecutive published steps.

    No shuffle. `paths` as in `to_totals`.
    """
    return to_tallies(paths, _ngrams_of, _COLUMNS)


def to_pattern_counts(paths: DataFrame, patterns: Sequence[Pattern]) -> DataFrame:
    """Tallies of the configured patterns, in the columns of `to_ngram_counts`."""
    return to_tallies(paths, partial(_patterns_of, patterns=list(patterns)), _COLUMNS)


def to_sequence_counts(paths: DataFrame, sequences: Sequence[tuple[str, ...]]) -> DataFrame:
    """Tallies of sequences of published steps, in the columns of `to_ngram_counts`.

    Any other steps may lie between the steps of a sequence.
    """
    return to_tallies(paths, partial(_sequences_of, sequences=list(sequences)), _COLUMNS)


def _totals_of(batch: Batch) -> Iterator[Counted]:
    """People, paths and goals. Runs on executors."""
    tally = batch.by_group(kernel.reached(batch.steps, _goal_ms(batch)))
    yield (
        tally.keys[0],
        dict(zip(("_people", "_paths", "_goals"), map(pa.array, tally.sums), strict=True)),
    )


def _ngrams_of(batch: Batch) -> Iterator[Counted]:
    """N-grams. Runs on executors."""
    names = batch.names.to_pylist()
    is_published = np.array([name not in (HIDDEN, OTHER) for name in names], dtype=bool)
    for length, kind in RUNS.items():
        path, steps, ended = kernel.runs(batch.steps, length, is_told=is_published)
        tally = kernel.held(
            path,
            steps,
            np.ones(len(path), dtype=np.int64),
            ended,
            owner=batch.steps.owner,
            goal_ms=_goal_ms(batch),
        )
        tally = batch.by_group(tally)
        group, *ngram_steps = tally.keys
        if len(group):
            order, starts = group_starts(ngram_steps)
            ngrams = zip(*(step[order[starts]] for step in ngram_steps), strict=True)
            texts = [plain([names[n] for n in ngram], gaps=False) for ngram in ngrams]
            number = np.empty(len(order), dtype=np.int64)
            number[order] = np.repeat(
                np.arange(len(starts)), np.diff(np.append(starts, len(order)))
            )
            yield _rows(group, texts, number, tally.sums, kind)


def _sequences_of(batch: Batch, *, sequences: list[tuple[str, ...]]) -> Iterator[Counted]:
    """Sequences. Runs on executors."""
    steps = batch.steps
    number_of = {name: number for number, name in enumerate(batch.names.to_pylist())}
    possible = [sequence for sequence in sequences if number_of.keys() >= set(sequence)]
    if possible:
        path, number, ended = kernel.sequences(
            steps, [[number_of[name] for name in sequence] for sequence in possible]
        )
        once = np.ones(len(path), dtype=np.int64)
        tally = kernel.held(
            path, (number,), once, ended, owner=steps.owner, goal_ms=_goal_ms(batch)
        )
        tally = batch.by_group(tally)
        group, number = tally.keys
        texts = [plain(list(sequence), gaps=True) for sequence in possible]
        yield _rows(group, texts, number, tally.sums, SEQUENCE)


def _patterns_of(batch: Batch, *, patterns: list[Pattern]) -> Iterator[Counted]:
    """Configured patterns. Runs on executors."""
    steps = batch.steps
    path, number, times, _, ended = occurrences(
        steps.path, steps.at_ms, steps.name, batch.names, patterns
    )
    tally = kernel.held(path, (number,), times, ended, owner=steps.owner, goal_ms=_goal_ms(batch))
    tally = batch.by_group(tally)
    group, number = tally.keys
    yield _rows(group, [pattern.text for pattern in patterns], number, tally.sums, ASKED)


def _rows(
    group: Ints, texts: list[str], number: Ints, sums: tuple[Ints, ...], kind: str
) -> Counted:
    columns = {
        "kind": pa.array([kind], pa.string()).take(pa.array(np.zeros(len(group), dtype=np.int64)))
    }
    columns["pattern"] = pa.array(texts, pa.string()).take(pa.array(number))
    return group, columns | dict(zip(SUMS, map(pa.array, sums), strict=True))


def _goal_ms(batch: Batch) -> Reals:
    """When each path reached the goal; nan where it did not.

    Milliseconds since 1970 are exact in a double.
    """
    times: Reals = batch.rows.column("goal_ms").cast(pa.float64()).to_numpy(zero_copy_only=False)
    return times

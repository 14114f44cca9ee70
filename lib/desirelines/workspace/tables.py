"""The tables of a warehouse as DataFrames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.errors import SettingsError, did_you_mean
from desirelines.segments.exclusive import to_exclusive
from desirelines.tables import ALL, Table
from desirelines.views import history
from desirelines.views.features import features_of
from desirelines.views.identities import one_person
from desirelines.views.members import definitions_of, members_after, segment_sizes
from desirelines.views.runs import run_metrics
from desirelines.views.sessions import sessions_of_people
from desirelines.workspace.reading import Reading


@dataclass(frozen=True)
class Tables(Reading):
    """What the newest published run says, and the tables with the rows of all runs."""

    def segments(self) -> DataFrame:
        """The segments of the newest published run.

        Shape: segment_id, kind, name, definition, people_count, share, entered_count, left_count.
        Withheld counts are null.
        """
        with self._newest() as run:
            definitions = {d["segment_id"]: d for d in definitions_of(run, run.run_id)}
            return run.spark.createDataFrame(
                [
                    (
                        s.segment_id,
                        d["kind"],
                        d["name"],
                        d["definition"],
                        s.people,
                        s.share,
                        s.entered,
                        s.left,
                    )
                    for s in segment_sizes(run, run.run_id)
                    for d in (definitions[s.segment_id],)
                ],
                "segment_id string, kind string, name string, definition string, "
                "people_count long, share double, entered_count long, left_count long",
            )

    def members(self, segment_id: str | None = None) -> DataFrame:
        """Members of all segments or of one: one row a person and segment."""
        with self._newest() as run:
            members = members_after(run, run.run_id)
            return (
                members if segment_id is None else members.filter(F.col("segment_id") == segment_id)
            )

    def exclusive_segments(self, order: Sequence[str] | None = None) -> DataFrame:
        """One segment for each person: the first of an ordered list that they are in.

        Who is in none keeps their main segment. Without a list, it is that of `segments.rules`.

        Raises:
            SettingsError: the list names a segment that the newest run does not have.
        """
        with self._newest() as run:
            known = [size.segment_id for size in segment_sizes(run, run.run_id)]
            listed = [rule.segment for rule in run.settings.segments.rules]
            unknown = [name for name in order or () if name not in known]
            if unknown:
                raise SettingsError(
                    [f"there is no segment '{unknown[0]}'{did_you_mean(unknown[0], known)}"]
                )
            members = members_after(run, run.run_id)
            return to_exclusive(members, listed if order is None else order)

    def current_segments(self) -> DataFrame:
        """`segment_members` as it stands: who is where now, and how fresh that is.

        The columns computed_at, data_through and expires_at are the same in every row.
        """
        with self._newest() as run:
            return history.current_segments(run)

    def published_changes(self) -> DataFrame:
        """Who entered, left or changed their main segment, in every published run.

        `sequence` is the place of the run among the published ones, from 1.
        """
        with self._newest() as run:
            return history.published_changes(run)

    def segment_history(self) -> DataFrame:
        """From when until when each person was in a segment, one row a stay.

        Days are half-open: valid_from <= day < valid_to, or valid_to is null.
        """
        with self._newest() as run:
            return history.segment_history(run)

    def run_metrics(self) -> DataFrame:
        """How long each stage of each run took, and how many rows it wrote, the oldest first.

        Shape: that of the view `run_metrics`.
        """
        with self._opened() as run:
            return run_metrics(run)

    def members_at(
        self,
        on: date | None = None,
        *,
        run_id: str | None = None,
        seen_at: datetime | None = None,
    ) -> DataFrame:
        """Members in the past: on a day, after a published run, or as readers saw them at a moment.

        Shape: person_id, segment_id, is_primary. Of several runs with one as_of, the last one
        holds on that day; after each of them, and at the moments between, its own members hold.

        Raises:
            SettingsError: none or several are given, the run was not published, or `seen_at` has no
                time zone.
        """
        with self._newest() as run:
            return history.members_when(run, on=on, run_id=run_id, seen_at=seen_at)

    def features(self) -> DataFrame:
        """The features of everybody, one row a person."""
        with self._newest() as run:
            return features_of(run)

    def sessions_of(self, person_id: str) -> DataFrame:
        """The sessions of one person, in order of time; on a shared device only their own."""
        with self._newest() as run:
            person = one_person(run, person_id)
            return (
                sessions_of_people(run)
                .join(person, "person_id")
                .orderBy("started_at", "session_id")
            )

    def table(self, name: str) -> DataFrame:
        """A table with the rows of all runs; `docs/tables.md` says what a row is.

        Raises:
            SettingsError: there is no such table.
        """
        with self._opened() as run:
            return run.warehouse.read(_table(name))

    def of_newest_run(self, name: str) -> DataFrame:
        """The rows of a table that the newest published run wrote, such as its `cluster_trials`.

        Raises:
            SettingsError: there is no such table, or its rows are not of runs.
        """
        table = _table(name)
        if "run_id" not in table.column_names:
            raise SettingsError([f"the rows of '{name}' are of no run; use table('{name}')"])
        with self._newest() as run:
            return run.warehouse.read(table).filter(F.col("run_id") == run.run_id)

    def address(self, name: str) -> str:
        """What stands for a table after FROM in the SQL of Spark.

        Raises:
            SettingsError: there is no such table.
        """
        with self._opened() as run:
            return run.warehouse.address(_table(name).name)


def _table(name: str) -> Table:
    by_name = {table.name: table for table in ALL}
    if name not in by_name:
        raise SettingsError([f"there is no table '{name}'{did_you_mean(name, by_name)}"])
    return by_name[name]

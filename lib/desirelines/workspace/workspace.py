"""A warehouse in a notebook or a script: `desirelines.open("shop.yaml")`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame

from desirelines.errors import EmptyInputError
from desirelines.operations.diff_runs import RunDiff, diff
from desirelines.operations.explain_person import PersonExplanation, explain
from desirelines.operations.preview_feature import preview_feature
from desirelines.operations.preview_segment import SegmentPreview, preview
from desirelines.operations.run_pipeline import RunSummary, run_pipeline
from desirelines.run.opening import opened
from desirelines.run.options import RunOptions
from desirelines.settings.load import read_feature
from desirelines.workspace.pictures import Pictures
from desirelines.workspace.privacy import Privacy
from desirelines.workspace.tables import Tables


@dataclass(frozen=True)
class Workspace(Tables, Pictures):
    """A warehouse: its tables, its pictures, and what the command line can do with it."""

    @property
    def privacy(self) -> Privacy:
        """Erasure, its proof and access."""
        return Privacy(self.options)

    def why(self, person: str, *, segment_id: str | None = None) -> PersonExplanation:
        """What is known of a person, by person id or key; with a segment, only this rule.

        Raises:
            EmptyInputError: no person has it, or no run was published.
        """
        with self._opened() as run:
            return explain(run, key=person, identifier=None, segment=segment_id)

    def diff(self, before: str | None = None, now: str | None = None) -> RunDiff:
        """Compare two runs: who moved where and why. Without runs, the two newest published ones.

        Raises:
            EmptyInputError: fewer than two runs were published.
            SettingsError: one of them did not end, or the later one is given first.
        """
        with self._opened() as run:
            if before is None or now is None:
                published = [state.run_id for state in run.ledger.published()]
                if len(published) < 2:
                    raise EmptyInputError(
                        "there are no two published runs to compare. Run `desirelines run` again "
                        "when there are new events."
                    )
                before, now = before or published[-2], now or published[-1]
            return diff(run, before, now)

    def preview(self, rules: str | Path) -> tuple[SegmentPreview, ...]:
        """Who would be in the rule segments of a file, by the features of the newest run.

        Nothing is written.

        Raises:
            SettingsError: a rule cannot be read; with file, line and column.
        """
        with self._opened() as run:
            return preview(run, Path(rules))

    def preview_feature(self, definition: Mapping[str, Any]) -> DataFrame:
        """A feature of one's own for everybody, before it is in the settings. Nothing is written.

        Args:
            definition: as an entry of `features.own`, such as {"name": "late_visits", "meaning":
                "visits after 20:00", "unit": "visits", "aggregate": "count", "where":
                "hour(started_at) >= 20"}.

        Shape: person_id, and a column of the feature's name.

        Raises:
            SettingsError: the definition has a mistake.
        """
        feature = read_feature(definition)
        with self._newest() as run:
            return preview_feature(run, feature)

    def run(self, *, refit: bool = True) -> RunSummary:
        """Run all stages and the report as `desirelines run`; without `refit` as `assign`.

        Progress is logged: `logging.basicConfig(level="INFO", format="%(message)s")` shows it.

        Raises:
            DesirelinesError: a stage cannot go on; nothing was published.
        """
        with opened(self.options, writes="run", fits=refit, keeps_session=True) as run:
            return run_pipeline(run, refit=refit)


def open_workspace(
    conf: str | Path | None = None, *, overrides: tuple[str, ...] = (), as_of: date | None = None
) -> Workspace:
    """Open a warehouse by its configuration file, or `desirelines.yaml` in the current folder.

    Args:
        conf: the configuration file.
        overrides: single settings, such as `clusters.k=6`; they win over the file.
        as_of: the date for `run`.
    """
    return Workspace(RunOptions((Path(conf),) if conf is not None else (), overrides, as_of))

"""The pictures of the report, one below a cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desirelines.stages.report import drawings_of
from desirelines.workspace.reading import Reading

if TYPE_CHECKING:
    from desirelines.report.drawings import Drawing, Drawings


@dataclass(frozen=True)
class Pictures(Reading):
    """Pictures of the newest published run: of everybody ('all') or of one segment.

    Numbers of fewer than ten people, and those that would reveal them, are withheld. Every method
    raises SettingsError where there is no such segment, and MachineError where
    `desirelines[report]` is not installed.
    """

    _by_run: dict[str, Drawings] = field(default_factory=dict, init=False, repr=False)

    def plot_segments(self) -> Drawing:
        """How many people are in each segment."""
        return self._drawings().segments()

    def plot_groups(self) -> Drawing:
        """Where the groups lie: the nearer, the more alike."""
        return self._drawings().groups()

    def plot_differences(self) -> Drawing:
        """What sets the groups apart."""
        return self._drawings().differences()

    def plot_search(self) -> Drawing:
        """Evidence by number of groups."""
        return self._drawings().search()

    def plot_moves(self) -> Drawing:
        """Who moved from which segment to which since the run before."""
        return self._drawings().moves()

    def plot_flow(self, segment_id: str = "all") -> Drawing:
        """Where visits go, step by step."""
        return self._drawings().flow(segment_id)

    def plot_steps(self, segment_id: str = "all") -> Drawing:
        """Which step follows which."""
        return self._drawings().steps(segment_id)

    def plot_funnels(self, segment_id: str = "all") -> Drawing:
        """How many people come through each funnel of the settings, in all and by week."""
        return self._drawings().funnels(segment_id)

    def plot_hours(self, segment_id: str = "all") -> Drawing:
        """When visits begin, by hour and weekday."""
        return self._drawings().hours(segment_id)

    def plot_traits(self, segment_id: str) -> Drawing:
        """What the people of a segment do differently from the others."""
        return self._drawings().traits(segment_id)

    def plot_trend(self, segment_id: str) -> Drawing:
        """People of a segment over the published runs."""
        return self._drawings().trend(segment_id)

    def _drawings(self) -> Drawings:
        """The numbers of the newest published run, which are computed once."""
        with self._newest() as run:
            if run.run_id not in self._by_run:
                self._by_run.clear()
                self._by_run[run.run_id] = drawings_of(run)
            return self._by_run[run.run_id]

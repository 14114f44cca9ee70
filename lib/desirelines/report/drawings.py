"""Pictures of the report one by one, as a notebook shows them below a cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from desirelines.errors import SettingsError, did_you_mean
from desirelines.report import ways
from desirelines.report.data import ReportData
from desirelines.report.funnels import funnel_pictures, week_pictures
from desirelines.report.moves import moves_picture
from desirelines.report.overview import lie_picture
from desirelines.report.page import Shown, compared, shown_of, sizes_picture
from desirelines.report.rhythm import rhythm_picture
from desirelines.report.search import search_picture
from desirelines.report.segment_pages import trend_picture
from desirelines.report.segments import Segment, profiles_of
from desirelines.report.templating import filled
from desirelines.report.text import ALL
from desirelines.report.traits import Profiles, differences_picture, traits_picture
from desirelines.report.view_model import Picture
from desirelines.report.visits import counts_of

TOO_FEW = "Nothing can be shown of these people: there are no such rows, or too few people."


@dataclass(frozen=True, slots=True)
class Drawing:
    """Pictures, each with its numbers as a table; where there are none, a sentence says why.

    A notebook shows it when it is the value of a cell.
    """

    pictures: tuple[Picture, ...]
    currency: str
    if_none: str = TOO_FEW

    def _repr_html_(self) -> str:
        """HTML that loads nothing; Jupyter and Databricks ask for it by this name."""
        return filled("drawing.html.j2", self.currency, drawing=self)

    def save(self, path: str | Path) -> Path:
        """Write the pictures as an HTML file that loads nothing."""
        target = Path(path)
        target.write_text(f"<!DOCTYPE html>\n{self._repr_html_()}", encoding="utf-8")
        return target


@dataclass(frozen=True, slots=True)
class Drawings:
    """Draws the pictures of a run, of everybody ('all') or of a segment.

    Raises:
        SettingsError: there is no such segment.
    """

    data: ReportData

    def segments(self) -> Drawing:
        """How many people are in each segment."""
        shown, _ = self._shown()
        return self._of([sizes_picture([*shown.clusters, *shown.rules])])

    def groups(self) -> Drawing:
        """Where the groups lie: the nearer, the more alike."""
        shown, profiles = self._shown()
        return self._of(
            [lie_picture(shown.clusters, profiles)],
            "Three groups with published figures are the least.",
        )

    def differences(self) -> Drawing:
        """What sets the groups apart."""
        shown, profiles = self._shown()
        picture = differences_picture(shown.clusters, profiles)
        return self._of([picture], "No figure differs by an amount that matters.")

    def search(self) -> Drawing:
        """Evidence by number of groups."""
        picture, _ = search_picture(self.data)
        return self._of([picture], "The run searched for no number of groups.")

    def moves(self) -> Drawing:
        """Who moved since the run before."""
        shown, _ = self._shown()
        has_base = self.data.previous_run_id is not None
        picture = moves_picture(self.data, shown.clusters) if has_base else None
        return self._of([picture], "There is no earlier published run, or nobody moved.")

    def flow(self, segment_id: str) -> Drawing:
        """Where visits go, step by step."""
        return self._of([ways.flow_picture(self.data, self._known(segment_id))])

    def steps(self, segment_id: str) -> Drawing:
        """Which step follows which."""
        counts = counts_of(self.data, self._known(segment_id))
        return self._of([ways.graph_picture(counts, self.data.steps_shown)])

    def funnels(self, segment_id: str) -> Drawing:
        """How many people come through each funnel of the settings, and by week."""
        known = self._known(segment_id)
        pictures = [*funnel_pictures(self.data, known), *week_pictures(self.data, known)]
        return self._of(pictures, "The settings have no funnel (docs/patterns.md), or few take it.")

    def hours(self, segment_id: str) -> Drawing:
        """When visits begin, by hour and weekday."""
        counts = counts_of(self.data, self._known(segment_id))
        return self._of([rhythm_picture(counts, self.data.time_zone)])

    def traits(self, segment_id: str) -> Drawing:
        """What people of a segment do differently from the others."""
        shown, profiles = self._shown()
        segment = self._segment(segment_id)
        others = compared(shown, profiles).others
        return self._of([traits_picture(segment, profiles, others)])

    def trend(self, segment_id: str) -> Drawing:
        """People of a segment over the published runs."""
        picture = trend_picture(self.data, self._segment(segment_id).segment_id)
        return self._of([picture], "Two runs with a published number are the least.")

    def _shown(self) -> tuple[Shown, Profiles]:
        profiles = profiles_of(self.data)
        return shown_of(self.data, profiles), profiles

    def _segment(self, segment_id: str) -> Segment:
        by_id = {s.segment_id: s for s in self._shown()[0].all}
        if segment_id not in by_id:
            near = did_you_mean(segment_id, by_id)
            raise SettingsError([f"there is no segment '{segment_id}'{near}"])
        return by_id[segment_id]

    def _known(self, segment_id: str) -> str:
        return ALL if segment_id == ALL else self._segment(segment_id).segment_id

    def _of(self, pictures: Iterable[Picture | None], if_none: str = TOO_FEW) -> Drawing:
        drawn = tuple(picture for picture in pictures if picture is not None)
        return Drawing(drawn, self.data.currency, if_none)

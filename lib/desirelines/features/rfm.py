"""Recency, frequency and money as scores of 1 to 5, and the segment of each of the 125 cells."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.columns.small_groups import published_cuts
from desirelines.settings.rfm import PAST_BUYERS, PROSPECTS, Rfm, cells
from desirelines.tables import RFM_SCORES
from desirelines.tables.conform import conform


@dataclass(frozen=True, slots=True)
class CutPoints:
    """The four cuts between the five scores of each measure.

    They are stored because a score can change with the person or with the cuts.

    Attributes:
        is_fixed: whether quantiles of frequency coincided, so that the settings' fixed cuts are
            used.
        shares: the quantiles that the cuts are.
        buyers: number of people they are computed over.
    """

    recency: tuple[float, ...]
    frequency: tuple[float, ...]
    monetary: tuple[float, ...]
    is_fixed: bool
    shares: tuple[float, ...]
    buyers: int

    def to_json(self) -> str:
        """Serialise for `run_parameters`: null for a cut with fewer than ten people on a side."""
        measures = {"recency": self.recency, "monetary": self.monetary}
        published = {
            name: published_cuts(cuts, self.shares, self.buyers) for name, cuts in measures.items()
        }
        frequency = (
            list(self.frequency)
            if self.is_fixed
            else published_cuts(self.frequency, self.shares, self.buyers)
        )
        return json.dumps(
            published | {"frequency": frequency, "is_fixed": self.is_fixed}, sort_keys=True
        )


def cut_points(features: DataFrame, settings: Rfm) -> CutPoints | None:
    """Quantiles over people with an order in the window, linear between values. One pass.

    Null when there are no such people.
    """
    wanted = F.array(*(F.lit(q) for q in settings.quantiles))
    names = ("recency_days", "frequency", "monetary")
    buyers = features.filter("frequency > 0")
    row = buyers.agg(
        F.count("*").alias("buyers"), *(F.percentile(n, wanted).alias(n) for n in names)
    ).collect()[0]
    if row["frequency"] is None:
        return None
    recency, frequency, monetary = (
        tuple(float(v) + settings.edge_shift for v in row[n]) for n in names
    )
    is_fixed = len(set(frequency)) < len(frequency)
    fixed = tuple(float(cut) for cut in settings.fixed_frequency_cuts)
    used = fixed if is_fixed else frequency
    return CutPoints(recency, used, monetary, is_fixed, tuple(settings.quantiles), row["buyers"])


def to_rfm_scores(
    features: DataFrame, cuts: CutPoints | None, settings: Rfm, *, run_id: str
) -> DataFrame:
    """One row per person as of the run's date, as contracted. No shuffle.

    Equal values have equal scores. A person who paid nothing, or whose refunds are at least what
    they paid, scores 1 for money. A person without an order in the window has no scores: with
    earlier orders a past buyer, else a prospect.
    """
    buys = F.col("frequency") > 0
    if cuts is None:
        recency = frequency = monetary = F.lit(None).cast("long")
    else:
        recency = F.when(buys, 6 - score(F.col("recency_days"), cuts.recency, settings))
        # A fixed cut is the last value of its score, whichever side the quantiles are closed on.
        of_frequency = (
            settings.model_copy(update={"closed": "right"}) if cuts.is_fixed else settings
        )
        frequency = F.when(buys, score(F.col("frequency"), cuts.frequency, of_frequency))
        monetary = F.when(
            buys,
            F.when(F.col("monetary") <= 0, 1).otherwise(
                score(F.col("monetary"), cuts.monetary, settings)
            ),
        )
    names = F.create_map(
        *(
            F.lit(part)
            for cell, name in sorted(cells(settings).items())
            for part in (_number(cell), name)
        )
    )
    scored = features.withColumns(
        {
            "recency_score": recency.cast("long"),
            "frequency_score": frequency.cast("long"),
            "monetary_score": monetary.cast("long"),
        }
    )
    without_order = F.when(F.col("lifetime_orders") > 0, PAST_BUYERS).otherwise(PROSPECTS)
    number = F.col("recency_score") * 100 + F.col("frequency_score") * 10 + F.col("monetary_score")
    return conform(
        scored.withColumns(
            {
                "rfm_segment": F.coalesce(F.try_element_at(names, number), without_order),
                "is_nothing_paid": F.coalesce(buys & (F.col("monetary") <= 0), F.lit(False)),
                "run_id": F.lit(run_id),
            }
        ),
        RFM_SCORES,
    )


def score(value: Column, cuts: tuple[float, ...], settings: Rfm) -> Column:
    """1 + the number of cuts below the value.

    With intervals closed on the left, a cut equal to the value counts as below it.
    """
    passed = [value >= cut if settings.closed == "left" else value > cut for cut in cuts]
    total = F.lit(1)
    for is_passed in passed:
        total = total + is_passed.cast("int")
    return total


def _number(cell: tuple[int, int, int]) -> int:
    return cell[0] * 100 + cell[1] * 10 + cell[2]

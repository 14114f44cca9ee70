"""Contracts: features, scores and labels, one row per person and date."""

from __future__ import annotations

from pyspark.sql import types as T

from desirelines.catalogue import FEATURES as FEATURE_CATALOGUE
from desirelines.catalogue import LABELS
from desirelines.tables.contract import (
    BUCKET,
    DAY,
    FLAG,
    INSTANT,
    PERSON_ID,
    REAL,
    RUN_ID,
    TEXT,
    TEXTS,
    WHOLE,
    Column,
    Table,
)

FEATURES = Table(
    "features",
    grain="one person as of one date",
    key=("as_of", "person_id"),
    erased_by=("person_id",),
    written="replace as_of",
    partition_by=("as_of",),
    columns=(
        Column("as_of", DAY, "midnight (site zone); only what happened before it counts"),
        PERSON_ID,
        BUCKET,
        *(
            Column(f.name, REAL, f"{f.meaning}; null: {f.null_means}", f.unit, personal=True)
            for f in FEATURE_CATALOGUE
        ),
        Column("own_names", TEXTS,
               "names of the features defined in the settings (features.occasions, features.own) "
               "and of step sequences (features.path_words); empty when there are none",
               personal=True),
        Column("own_values", T.ArrayType(REAL),
               "their values, in the order of own_names; null where nothing is known",
               personal=True),
        Column("first_order_at", INSTANT, "first order ever; null when none", "UTC", personal=True),
        Column("last_order_at", INSTANT, "last order ever; null when none", "UTC", personal=True),
        Column("lifetime_orders", WHOLE, "orders ever", "orders", personal=True),
        Column("active_weeks", WHOLE,
               "different weeks (from Monday, site zone) with a visit or an order, ever", "weeks",
               personal=True),
        Column("last_look_at", INSTANT,
               "start of the last session with a product view; null when none", "UTC",
               personal=True),
        Column("last_cart_at", INSTANT,
               "last time something was added to the cart; null when never", "UTC", personal=True),
        Column("first_active_on", DAY, "first active day (site zone) ever; null when never active",
               personal=True),
        Column("last_active_on", DAY, "last active day before as_of; null when never active",
               personal=True),
        Column("active_before_on", DAY,
               "last active day earlier than the day before as_of; null when there is none",
               personal=True),
        Column("open_cart_at", INSTANT,
               "last time something was added to the cart, if no order followed within "
               "`segments.cart_abandoner_hours`; null otherwise", "UTC", personal=True),
        RUN_ID,
    ),
)  # fmt: skip

RFM_SCORES = Table(
    "rfm_scores",
    grain="one person as of one date: scores and cell of recency, frequency and money",
    key=("as_of", "person_id"),
    erased_by=("person_id",),
    written="replace as_of",
    partition_by=("as_of",),
    columns=(
        Column("as_of", DAY, "midnight (site zone); only what happened before it counts"),
        PERSON_ID,
        BUCKET,
        Column("recency_score", WHOLE,
               "5: ordered most recently, 1: longest ago; null without an order in the window",
               "1…5", personal=True),
        Column("frequency_score", WHOLE,
               "5: orders most often; null without an order in the window", "1…5", personal=True),
        Column("monetary_score", WHOLE,
               "5: pays most, net of refunds; null without an order in the window", "1…5",
               personal=True),
        Column("rfm_segment", TEXT,
               "segment of the cell, by settings `rfm`; without an order in the window "
               "'past_buyers' or, if there never was one, 'prospects'",
               personal=True),
        Column("is_nothing_paid", FLAG,
               "has orders, but paid nothing or got at least as much refunded: money score 1",
               personal=True),
        RUN_ID,
    ),
)  # fmt: skip

PERSON_LABELS = Table(
    "person_labels",
    grain="one person as of one date: labels that summarise the person",
    key=("as_of", "person_id"),
    erased_by=("person_id",),
    written="replace as_of",
    partition_by=("as_of",),
    columns=(
        Column("as_of", DAY, "midnight (site zone); only what happened before it counts"),
        PERSON_ID,
        BUCKET,
        *(
            Column(
                label.name, TEXT,
                f"{label.meaning}: {', '.join(label.values)}; null: {label.null_means}",
                personal=True,
            )
            for label in LABELS
        ),
        Column("is_decaying", FLAG,
               "visits at most half as often in the last 14 days as in the 56 days before, with a "
               "probability below 0.05 that this is chance", personal=True),
        Column("price_rank", REAL,
               "share of buyers with a smaller discount share; null without an order in the window",
               "0…1", personal=True),
        Column("quality_rank", REAL,
               "share of buyers with less money per order line, net of refunds", "0…1",
               personal=True),
        Column("ease_rank", REAL, "share of buyers with more steps per order", "0…1",
               personal=True),
        Column("previous_stage", TEXT,
               "journey stage as of the previous date; null for the first date", personal=True),
        Column("stage_entered_on", DAY,
               "as_of of the first of the consecutive dates with this stage", personal=True),
        Column("is_move_allowed", FLAG,
               "whether the move from the previous stage is possible; if not, an order was "
               "cancelled or the rules changed", personal=True),
        Column("occasions", TEXTS,
               "occasions (features.occasions) the person buys for: ordered at two or more of "
               "them, and at least twice as often as on other days", personal=True),
        RUN_ID,
    ),
)  # fmt: skip

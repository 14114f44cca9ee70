"""Which parts of a mapping match in rows; `check` and ingest say which match in none."""

import pytest

from desirelines.events.mapping_matches import (
    names_that_come,
    nothing_matches,
    parts_that_match,
    paths_with_values,
)
from desirelines.settings import Source
from tests.support.tables import table

KINDS = {f"n{n}": "page" for n in range(63)} | {"buy": "purchase", "view": "page"}


@pytest.fixture
def source():
    return Source.model_validate({
        "name": "shop", "format": "json", "path": "in", "stream": ["user"],
        "columns": {"occurred_at": "at", "event_name": "e", "event_id": "id", "page": "ctx.page",
                    "amount": {"product": ["pieces", "price"]}, "channel": {"value": "web"},
                    "consent": "ok"},
        "ids": {"user": "who", "email": "mail"}, "alias": "before", "kinds": KINDS,
        "properties": ["coupon", "size"], "consents": {"ads": "mail", "profile": "traits.ok"},
    })  # fmt: skip


def test_parts_of_a_mapping_that_match_in_no_row(spark, source):
    rows = table(spark, """
        fate | key_user | key_email | alias_key | event_name | event_id | content_digest | page  | n:amount | b:is_consent_granted | b:_consent_to_ads | b:_consent_to_profile | properties
        used | u        |           |           | buy        | 7        | d1             | /cart |          | false                | true              |                       | {"size":"L"}
        used | u        |           |           | n62        | d2:1     | d2             |       |          |                      |                   |                       |
        late | u        |           |           |            | d3:1     | d3             |       |          |                      |                   |                       |
    """)  # fmt: skip  # noqa: E501
    paths = paths_with_values(source)
    assert [*paths] == [
        "columns.event_id", "columns.page", "columns.amount", "columns.consent", "consents.ads",
        "consents.profile", "ids.user", "ids.email", "alias", "properties.coupon",
        "properties.size",
    ]  # fmt: skip
    from pyspark.sql import functions as F

    groups = rows.groupBy("fate").agg(
        F.array(*paths.values()).alias("has_value"), names_that_come(source).alias("names")
    )
    matches = parts_that_match(source, [(g["has_value"], g["names"]) for g in groups.collect()])
    assert {p for p, is_there in matches.items() if is_there} == {
        "columns.event_id", "columns.page", "columns.consent", "consents.ads", "ids.user",
        "properties.size",
        "kinds.buy", "kinds.n62",
    }  # fmt: skip
    told = nothing_matches(source, matches)
    assert told.startswith(
        "without a value in every row: columns.amount (pieces × price), consents.profile "
        "(traits.ok), ids.email (mail), "
        "alias (before), properties.coupon; names in `kinds` that no row has: n0, n1, "
    )
    assert told.endswith("n19, and 43 more")
    assert nothing_matches(source, dict.fromkeys(matches, True)) == ""

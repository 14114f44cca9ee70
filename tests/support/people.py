"""People of a text table of events, through links and the guards that keep people apart."""

from desirelines.identities.identity_map import to_identity_map
from desirelines.identities.link_limits import to_separated
from desirelines.identities.links import to_links, to_pairs, to_sightings
from tests.support.tables import rows_of, table

TYPES = {t: t for t in ("cookie", "device", "email", "user")}
ORDER = ("user", "email", "cookie")


def resolved(spark, text, **rules):
    links = to_links(table(spark, text), TYPES, login_type="user", alias_column="previous")
    pairs = to_pairs(links)
    judged = to_separated(pairs, **({"unique_types": ("user",), "most_keys": 500} | rules))
    cut = judged.filter("reason IS NOT NULL")
    followed = pairs.join(cut, ["key", "other_key"], "left_anti")
    found = to_identity_map(
        to_sightings(links), judged.filter("reason IS NULL"), followed, type_order=ORDER
    )
    return found, rows_of(cut, "key", "other_key", "reason")


SHARED = """
    occurred_at      | cookie | device | user | email | previous | kind
    2026-01-01 10:00 | c1     |        |      |       |          | page
    2026-01-01 11:00 | c1     |        | u1   |       |          | page
    2026-01-02 09:00 | c2     |        | u1   | e1    |          | page
    2026-01-03 09:00 | tablet |        | u1   |       |          | page
    2026-01-04 09:00 | tablet |        | u2   |       |          | page
    2026-01-05 09:00 | alone  |        |      |       |          | page
    2026-01-06 09:00 |        |        |      | e2    |          | page
"""

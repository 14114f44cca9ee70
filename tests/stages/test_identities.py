"""Who is who in a whole shop, and over many deliveries."""

from desirelines import tables
from desirelines.columns.keys import key_of
from desirelines.pipeline import RESOLVE
from desirelines.run.execute import execute
from tests.support import shop
from tests.support.identities import HOUR, START
from tests.support.published import read
from tests.support.tables import rows_of


def test_cookies_and_logins_are_one_person(spark, first_template, secret_files):
    secret = secret_files["data"].read_bytes().strip()
    found = {
        r["key"]: r["person_id"] for r in read(spark, first_template, tables.IDENTITY_MAP).collect()
    }
    for person in range(shop.PEOPLE):
        assert (
            found[key_of(secret, "user", f"user{person}")]
            == found[key_of(secret, "cookie", f"cookie{person}")]
        )
    assert len(set(found.values())) == shop.PEOPLE + 1  # and the robot


def test_two_deliveries_in_any_order_give_the_people_that_one_look_at_everything_gives(
    story,
):
    assert story.second == story.anew
    assert {reason for *_, reason in story.second["cuts"]} == {"unique"}
    assert len({person for _, person, *_ in story.second["map"]}) < len(story.second["map"]) - 10


def test_what_a_delivery_does_not_touch_is_not_written(story):
    rows = (
        story.deliveries.run().warehouse.read(tables.IDENTITY_MAP).filter("key IN ('still', 'us')")
    )
    assert rows_of(rows, "key", "person_id", "from_run", "to_run") == [
        ("still", "us", "run001", None),
        ("us", "us", "run001", None),
    ]


def test_a_replay_writes_nothing(story):
    run = story.deliveries.run()
    before = run.warehouse.version(tables.IDENTITY_MAP)
    execute(RESOLVE, run)
    assert run.warehouse.version(tables.IDENTITY_MAP) == before


def test_a_merge_keeps_the_older_person_and_both_intervals_are_rows(story):
    assert (story.person("old", "first"), story.person("new", "first")) == (
        "old",
        "uo",
    )
    assert {story.person(k, "second") for k in ("old", "new", "uo")} == {"old"}
    rows = story.deliveries.run().warehouse.read(tables.IDENTITY_MAP).filter("key = 'uo'")
    assert rows_of(rows, "person_id", "from_run", "to_run") == [
        ("old", story.second_run, None),
        ("uo", "run001", story.second_run),
    ]
    assert "uo" in {p[0] for p in story.first["people"]} - {p[0] for p in story.second["people"]}


def test_an_erasure_elsewhere_never_merges_strangers(story):
    """No evidence is left against desk being ue's alone, but the cut stays."""
    assert story.person("desk", "second") == story.person("desk") == "desk"
    assert story.person("ce") == story.person("ue")


def test_a_shared_tablet_is_each_persons_in_their_time_and_by_itself_between(story):
    assert [o[1] for o in story.first["owners"] if o[0] == "tablet"] == [story.person("ut1")]
    owners = [
        (o[1], o[2].timestamp(), o[3] and o[3].timestamp())
        for o in story.second["owners"]
        if o[0] == "tablet"
    ]
    at = lambda hour: (START + hour * HOUR).timestamp()  # noqa: E731 - the table below reads better with it
    moment = 1e-6
    one, two = story.person("ut1"), story.person("ut2")
    assert sorted(owners, key=lambda o: o[1]) == [
        ("tablet", 0.0, at(-14)), (one, at(-14), at(10) + moment),
        ("tablet", at(10) + moment, at(216)), (two, at(216), at(240) + moment),
        ("tablet", at(240) + moment, None),
    ]  # fmt: skip

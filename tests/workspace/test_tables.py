"""What a notebook sees through `desirelines.open`: the newest published run, each person's own."""

import pytest

import desirelines
from desirelines.columns.keys import key_of
from desirelines.errors import SettingsError
from tests.support import published, shop
from tests.support.tables import rows_of

pytestmark = pytest.mark.integration
LAPTOP = "a laptop that two people share"


def shared_visits():
    """Two people take turns on one laptop: log in, look at two things. Rows of five days."""
    rows = []
    for day in range(30, 35):
        for person, hour in (("ann", 10), ("ben", 18)):
            at = f"2026-02-{day - 26:02d}T{hour}"
            for step, event in enumerate(("login", "view", "view")):
                rows.append({
                    "id": f"{person}-{day}-{step}", "at": f"{at}:0{step}:00+00:00",
                    "cookie": LAPTOP,
                    "user": person if event == "login" else "", "event": event,
                    "url": f"https://shop.example/{person}/{step}", "category": "toys", "order": "",
                    "paid": "", "agent": "Mozilla/5.0",
                })  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def workspace(published_template, spark, secret_files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("workspace")
    conf = published.copy_to(published_template, folder)
    published.deliver(spark, folder, shared_visits())
    overrides = tuple(f"secrets.{name}_file={file}" for name, file in secret_files.items())
    opened = desirelines.open(conf, overrides=overrides)
    summary = opened.run()
    assert (summary.changed, summary.status) == (True, "PUBLISHED")
    return opened


def person_of(workspace, secret, user):
    key = key_of(secret, "user", user)
    identities = workspace.table("identity_map").filter("to_run IS NULL").collect()
    return next(row["person_id"] for row in identities if row["key"] == key)


def test_two_people_on_one_laptop_each_have_their_own_sessions(workspace, secret_files):
    secret = secret_files["data"].read_bytes().strip()
    ann, ben = (person_of(workspace, secret, user) for user in ("ann", "ben"))
    assert ann != ben
    sessions = {
        name: workspace.sessions_of(p).collect() for name, p in (("ann", ann), ("ben", ben))
    }
    assert {name: len(rows) for name, rows in sessions.items()} == {"ann": 5, "ben": 5}
    assert {row["started_at"].astimezone().hour for row in sessions["ann"]} != {
        row["started_at"].astimezone().hour for row in sessions["ben"]
    }
    assert not {r["session_id"] for r in sessions["ann"]} & {
        r["session_id"] for r in sessions["ben"]
    }
    assert [workspace.why(person).sessions for person in (ann, ben)] == [5, 5]


def test_segments_members_and_features_are_of_the_newest_run(workspace):
    segments = workspace.segments().collect()
    newest = (
        workspace.table("runs").filter("status = 'PUBLISHED'").orderBy("recorded_at").collect()[-1]
    )
    sizes = workspace.table("segment_sizes").filter(f"run_id = '{newest['run_id']}'").collect()
    assert {s["segment_id"]: s["people_count"] for s in segments} == {
        s["segment_id"]: s["people_count"] for s in sizes
    }
    assert all(s["name"] for s in segments)
    of_segment = {s["segment_id"]: workspace.members(s["segment_id"]).count() for s in segments}
    assert all(s["people_count"] in (None, of_segment[s["segment_id"]]) for s in segments)
    assert workspace.members().count() == sum(of_segment.values())
    features = workspace.features()
    assert features.select("as_of").distinct().count() == 1
    assert features.count() == shop.PEOPLE + 2


def test_everybody_is_in_one_segment_by_an_ordered_list(workspace):
    members = workspace.members().collect()
    in_segment = {}
    for row in members:
        in_segment.setdefault(row["person_id"], set()).add(row["segment_id"])
    order = ["cart_abandoner", "new_buyer"]
    exclusive = {
        row["person_id"]: row["segment_id"] for row in workspace.exclusive_segments(order).collect()
    }
    main = {row["person_id"]: row["segment_id"] for row in members if row["is_primary"]}
    assert exclusive == {
        person: next((s for s in order if s in segments), main[person])
        for person, segments in in_segment.items()
    }
    assert set(exclusive.values()) >= set(order) & {s for row in in_segment.values() for s in row}
    with pytest.raises(SettingsError, match=r"no segment 'lapsd' \(did you mean 'lapsed'\?\)"):
        workspace.exclusive_segments(["lapsd"])


def test_a_table_that_is_not_there_is_named(workspace):
    with pytest.raises(SettingsError, match="did you mean 'segment_sizes'"):
        workspace.table("segment_size")


def test_the_history_is_of_all_published_runs_and_ends_in_the_members_of_now(workspace):
    columns = ("person_id", "segment_id", "is_primary")
    now = rows_of(workspace.current_segments(), *columns)
    assert now == rows_of(workspace.members(), *columns)
    assert rows_of(workspace.segment_history().filter("valid_to IS NULL"), *columns) == now
    runs = [
        r["run_id"]
        for r in workspace.published_changes().select("run_id", "sequence").distinct()
        .orderBy("sequence").collect()
    ]  # fmt: skip
    assert runs[0] == "first"
    assert rows_of(workspace.members_at(run_id=runs[-1]), *columns) == now
    with pytest.raises(SettingsError, match="give one of"):
        workspace.members_at()

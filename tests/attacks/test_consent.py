"""A person who refused is left out, on any of their devices, whenever the refusal arrived."""

from datetime import timedelta

import pytest

from desirelines import tables
from desirelines.columns.keys import key_of
from tests.support import shop

pytestmark = pytest.mark.integration

STAGES = ("ingest-events", "resolve-identities", "build-sessions", "build-features")


def visit(cookie, user, day, answer="", minutes=0):
    """Three views of a visit, the first with an answer about consent."""
    start = shop.START + timedelta(days=day, minutes=minutes)
    return [
        {
            "id": f"{cookie}-{day}-{minutes}-{n}", "at": (start + timedelta(minutes=n)).isoformat(),
            "cookie": cookie, "user": user, "event": "view", "url": "/",
            "category": answer if n == 0 else "", "order": "", "paid": "", "agent": "Mozilla/5.0",
        }
        for n in range(3)
    ]  # fmt: skip


FIRST = [
    *visit("handset", "ann", 0, "yes"), *visit("laptop", "ann", 1, "yes"), *visit("laptop", "", 2),
    *visit("tablet", "", 2, "yes"), *visit("tablet", "ann", 3), *visit("desk", "ben", 0, "yes"),
    *visit("sofa", "ben", 1), *visit("lone", "", 1, "yes"),
]  # fmt: skip
SECOND = [*visit("handset", "ann", 4, "no"), *visit("lone", "", 4)]
"""Ann refuses on her phone, where she is logged in. On her laptop and tablet she had agreed."""


def configure(folder, extra=""):
    folder.mkdir(exist_ok=True)
    file = shop.configure(folder, extra)
    mapping = folder / "shop.yaml"
    mapping.write_text(mapping.read_text().replace("category: category", "consent: category"))
    return ["--conf", str(file)]


def deliver(cli, folder, arguments, rows, number, *stages):
    shop.write(folder / "in", f"{number}.csv", rows)
    for stage in stages:
        assert cli(stage, *arguments, "--run-id", f"2026012{number}T000000Z-aaaaaa") == 0, stage


def read(spark, folder, table):
    return spark.read.format("delta").load(str(folder / "warehouse" / table.name))


def sessions(spark, folder):
    return sorted(read(spark, folder, tables.SESSIONS).drop("run_id").collect())


def test_a_refusal_on_one_device_of_a_login_takes_the_person_out_on_all(
    spark, cli, tmp_path, secret_files
):
    arguments = configure(tmp_path)
    deliver(cli, tmp_path, arguments, FIRST, 1, *STAGES)
    secret = secret_files["data"].read_bytes().strip()
    key = {
        name: key_of(secret, kind, name)
        for kind, name in (
            ("user", "ann"),
            ("user", "ben"),
            ("cookie", "lone"),
            ("cookie", "laptop"),
            ("cookie", "sofa"),
        )
    }
    named = {v: k for k, v in key.items()}

    def persons():
        newest = read(spark, tmp_path, tables.FEATURES)
        newest = newest.filter(newest["as_of"] == newest.agg({"as_of": "max"}).collect()[0][0])
        people = {
            r["key"]: r["person_id"]
            for r in read(spark, tmp_path, tables.IDENTITY_MAP).filter("to_run IS NULL").collect()
        }
        found = {r["person_id"]: r["active_days"] for r in newest.collect()}
        return {name: found.get(people[k]) for k, name in named.items()}

    before = persons()
    assert before["ann"] == before["laptop"] == 4
    assert before["ben"] == before["sofa"] == 2  # agreed with the login, on another device
    deliver(cli, tmp_path, arguments, SECOND, 2, *STAGES)
    statements = {
        (r["key"], r["is_granted"]) for r in read(spark, tmp_path, tables.CONSENTS).collect()
    }
    assert (key["ann"], False) in statements
    after = persons()
    assert after == {"ann": None, "laptop": None, "ben": 2, "sofa": 2, "lone": 2}
    left = read(spark, tmp_path, tables.SESSIONS)
    assert left.filter(left["user_key"] == key["ann"]).count() == 0
    assert (
        left.filter(left["stream_id"] == key["laptop"]).count() == 1
    )  # of the visit without a login, which no person's features use


def test_statements_that_arrive_late_give_the_sessions_of_one_delivery(spark, cli, tmp_path):
    first = [*FIRST, *visit("sofa", "dan", 2), *visit("new", "cat", 3), *visit("lone", "", 4)]
    second = [
        *SECOND[:3],  # Ann refuses: her laptop's and her tablet's sessions go
        *visit(
            "desk", "dan", 1, "yes"
        ),  # Dan's first answer: what he did on Ben's sofa after it counts
        *visit(
            "other", "cat", 6, "no"
        ),  # Cat's first answer: what she did before it goes as well, where silence is consent
        *visit("lone", "", 0, "no"),  # what was said before the agreement that holds now
    ]
    for unknown in ("auto", "granted"):
        parts, whole = tmp_path / f"parts-{unknown}", tmp_path / f"whole-{unknown}"
        for folder, deliveries in ((parts, (first, second)), (whole, ([*second, *first],))):
            arguments = configure(folder, f"consent: {{unknown: {unknown}}}\n")
            for number, rows in enumerate(deliveries, start=1):
                deliver(cli, folder, arguments, rows, number, "ingest-events", "build-sessions")
        expected = sessions(spark, whole)
        assert sessions(spark, parts) == expected, unknown
        logins = {r["user_key"] for r in expected} - {None}
        assert len(logins) == 2, (
            "Ben and Dan are in; Ann, and where silence is consent Cat, are out"
        )

"""The whole pipeline on public data, compared with published figures; skipped without the data."""

import csv
import json
from collections import Counter
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.preprocessing import MinMaxScaler

from desirelines.clusters.lloyd import lloyd, to_points
from desirelines.clusters.mllib import fit_by_mllib
from desirelines.clusters.sample_fits import KMEANS, fitted
from desirelines.columns.keys import key_of
from desirelines.events.parse import SESSION_TYPE
from desirelines.sessions.sessions import to_sessions
from desirelines.settings.sessions import Sessions
from tests.conftest import shared_data

pytestmark = pytest.mark.usefixtures("compiled")

MAPPINGS = "conf/sources"


def configure(folder, mapping, more=""):
    """Write a configuration of one mapping and a fresh warehouse; gives its path."""
    from pathlib import Path

    root = Path(__file__).parents[2]
    conf = folder / "conf.yaml"
    conf.write_text(
        f"sources: [{root / MAPPINGS / (mapping + '.yaml')}]\n"
        f"warehouse: {{path: {folder / 'warehouse'}}}\n"
        f"report: {{path: {folder / 'report.html'}}}\ntracking: {{enabled: false}}\n"
        f"clusters: {{k: 3, restarts: 1}}\n{more}"
    )
    return conf


def run(cli, capsys, folder, mapping, data, *sets, more=""):
    """Run one mapping over a data set into a fresh warehouse; gives the summary."""
    conf = configure(folder, mapping, more)
    capsys.readouterr()
    assert (
        cli(
            "run", "--conf", str(conf), "--format", "json", "--set", f"sources.0.path={data}", *sets
        )
        == 0
    )
    return json.loads(capsys.readouterr().out)


def table(spark, folder, name):
    return spark.read.format("delta").load(str(folder / "warehouse" / name))


def published(folder):
    return json.loads((folder / "expected.json").read_text())


def test_online_retail(spark, cli, tmp_path):
    data = shared_data("online-retail")
    expected = published(data)
    conf = configure(tmp_path, "online-retail", "site: {currency: GBP}\n")
    given = (
        "--conf",
        str(conf),
        "--set",
        f"sources.0.path={data / '*.csv.gz'}",
        "--run-id",
        "20111210T000000Z-aaaaaa",
    )
    for stage in ("ingest-events", "build-sessions"):
        assert cli(stage, *given) == 0
    account = {r["fate"]: r["row_count"] for r in table(spark, tmp_path, "row_accounts").collect()}
    assert account == {
        "used": expected["computed"]["rows_with_customer"],
        "quarantined": expected["computed"]["rows_without_customer"],
    }
    assert sum(account.values()) == expected["published"]["rows"]
    events = table(spark, tmp_path, "events")
    clean = events.filter((F.col("quantity") > 0) & (F.col("amount") > 0))
    row = clean.agg(
        F.count("*"), F.count_distinct("stream_id"), F.count_distinct("order_id"), F.sum("amount")
    ).collect()[0]
    assert tuple(row)[:3] == (
        expected["computed"]["clean_rows"],
        expected["computed"]["clean_customers"],
        expected["computed"]["clean_invoices"],
    )
    assert row[3] == Decimal("8911407.9040")
    assert (
        table(spark, tmp_path, "sessions").agg(F.sum("event_count")).collect()[0][0]
        == account["used"]
    )
    for stage in ("resolve-identities", "build-features"):
        assert cli(stage, *given) == 0
    assert_rfm_is_total_and_plausible(spark, tmp_path, expected["computed"]["customers"])


def assert_rfm_is_total_and_plausible(spark, folder, customers):
    features = table(spark, folder, "features").select(
        "person_id", "frequency", "monetary", "recency_days"
    )
    people = table(spark, folder, "rfm_scores").join(features, "person_id").toPandas()
    assert len(people) == people["person_id"].nunique() == customers
    assert people["rfm_segment"].notna().all()
    buyers = people[people["frequency"] > 0]
    assert set(people.loc[people["frequency"] == 0, "rfm_segment"]) <= {
        "prospects",
        "past_buyers",
    }
    for measure, score, rises in (
        ("recency_days", "recency_score", -1),
        ("frequency", "frequency_score", 1),
        ("monetary", "monetary_score", 1),
    ):
        means = buyers.groupby(score)[measure].mean()
        assert list(means.index) == [1, 2, 3, 4, 5]
        assert (rises * means.diff().dropna() > 0).all()
        assert buyers.groupby(measure)[score].nunique().max() == 1  # equal values have equal scores
    champions = buyers["rfm_segment"] == "champions"
    assert 0.05 < champions.mean() < 0.4
    assert buyers.loc[champions, "monetary"].sum() > 0.5 * buyers["monetary"].sum()


def test_retentioneering_ecom(spark, cli, capsys, tmp_path):
    data = shared_data("retentioneering-ecom")
    expected = published(data)
    summary = run(cli, capsys, tmp_path, "retentioneering-ecom", data / "ecom.csv.gz", more=FUNNELS)
    assert summary["row_account"] == {
        "retentioneering_ecom": {"used": expected["published"]["rows"]}
    }
    sessions = table(spark, tmp_path, "sessions")
    assert sessions.count() == expected["published"]["sessions"]
    counts = sessions.select(F.explode("steps").alias("step")).groupBy("step").count().collect()
    assert {r["step"]: r["count"] for r in counts} == expected["published"]["event_counts"]
    assert_one_to_one_with_given_sessions(spark, data, sessions)
    assert_published_paths(spark, tmp_path, expected)
    assert_planted_incidents_by_week(spark, tmp_path)
    assert_published_clusters(spark, tmp_path, data, expected["published"]["kmeans"])
    given = ("--conf", str(tmp_path / "conf.yaml"), "--as-of", summary["as_of"])
    assert (
        cli("build-sessions", *given, "--set", "sessions.gap_minutes=15") == 0
    )  # other rules: all sessions are rebuilt
    assert table(spark, tmp_path, "sessions").count() == expected["computed"]["sessions_15_min_gap"]


def assert_published_clusters(spark, folder, data, published):
    """Three min-max scaled counts per user: MLlib's fits and our scans against scikit-learn's.

    The published figures are scikit-learn's.
    """
    count = lambda name: F.count_if(F.col("event_name") == name).cast("double")  # noqa: E731 - one shape, twice
    users = table(spark, folder, "events").groupBy("stream_id").agg(
        F.count("*").cast("double").alias("events"), count("purchase").alias("purchases"),
        count("add_to_cart").alias("carts")
    )  # fmt: skip
    columns = ["events", "purchases", "carts"]
    raw = pd.read_csv(
        data / "ecom.csv.gz"
    )  # in the order of their users, by which scikit-learn draws its starts
    by_user = raw.groupby("user_id")["event"]
    given = by_user.agg(
        events="size",
        purchases=lambda e: (e == "purchase").sum(),
        carts=lambda e: (e == "add_to_cart").sum(),
    )
    assert Counter(map(tuple, given.to_numpy(float).tolist())) == Counter(
        tuple(r)[1:] for r in users.collect()
    )
    points = MinMaxScaler().fit_transform(given[columns])
    theirs = KMeans(n_clusters=published["chosen_k"], n_init=10, random_state=42).fit(points)
    assert sorted(Counter(theirs.labels_.tolist()).values()) == published["cluster_sizes_sorted"]
    assert silhouette_score(points, theirs.labels_) == pytest.approx(
        published["silhouette"]["6"], abs=0.0005
    )
    people = spark.createDataFrame(
        points.tolist(), ", ".join(f"{c} double" for c in columns)
    ).coalesce(1)
    # The optimum is flat: half a percent more cost gives other groups, so a few starts are
    # not enough.
    start = fitted(points, 6, KMEANS, seed=1, starts=10).cluster_centers_
    scanned = lloyd(to_points(people, len(points), columns), start, max_iterations=100)
    model, _ = fit_by_mllib(people, columns, 6, KMEANS, seeds=range(12), most_iterations=100)
    for centres in (scanned.centres, np.array(model.clusterCenters())):
        distances = ((points[:, None, :] - centres) ** 2).sum(axis=2)
        assert distances.min(axis=1).sum() <= 1.01 * theirs.inertia_
        assert adjusted_rand_score(theirs.labels_, distances.argmin(axis=1)) >= 0.95
    assert scanned.cost == pytest.approx(
        ((points[:, None, :] - scanned.centres) ** 2).sum(axis=2).min(axis=1).sum(), rel=1e-6
    )


RFM = """
features: {window_days: 3000}
rfm:
  edge_shift: 1
  closed: left
  fallback: Others
  segments:
"""


def test_rfm_orders(spark, cli, tmp_path):
    data = shared_data("rfm-orders")
    expected = published(data)
    rule = expected["published"]["segments_rule"]
    measures = ("recency", "frequency", "monetary")
    lines = [
        f"    - {{name: {json.dumps(name)}, "
        + ", ".join(f"{m}: {rule[m][n]}" for m in measures)
        + "}"
        for n, name in enumerate(rule["names"])
    ]
    conf = configure(tmp_path, "rfm-orders", RFM + "\n".join(lines) + "\n")
    given = (
        "--conf",
        str(conf),
        "--set",
        f"sources.0.path={data / 'orders.csv'}",
        "--run-id",
        "20061231T000000Z-aaaaaa",
    )
    for stage in ("ingest-events", "resolve-identities", "build-sessions", "build-features"):
        assert cli(stage, *given, "--as-of", expected["published"]["analysis_date"]) == 0
    account = table(spark, tmp_path, "row_accounts").collect()
    assert {r["fate"]: r["row_count"] for r in account} == {
        "used": expected["published"]["sum_transaction_count"]
    }
    scored = table(spark, tmp_path, "rfm_scores").join(
        table(spark, tmp_path, "features").drop("run_id", "as_of", "bucket"), "person_id"
    )
    total = F.col("recency_score") * 100 + F.col("frequency_score") * 10 + F.col("monetary_score")
    rows = [
        (int(r["recency_days"]), int(r["frequency"]), int(r["monetary"]), r["rfm"])
        for r in scored.withColumn("rfm", total).collect()
    ]
    ours = Counter(rows)
    assert sum(ours.values()) == expected["published"]["customers"]
    reference = csv.DictReader((data / "reference_rfm.csv").open(encoding="utf-8"))
    theirs = Counter(
        (int(r["recency_days"]), int(r["transaction_count"]), int(r["amount"]), int(r["rfm_score"]))
        for r in reference
    )
    assert ours == theirs
    head, *published_rows = expected["published"]["rows"]
    assert {
        tuple(
            r[head.index(c)] for c in ("recency_days", "transaction_count", "amount", "rfm_score")
        )
        for r in published_rows
    } <= set(ours)
    segments = (
        scored.groupBy("rfm_segment")
        .agg(F.count("*"), F.sum("frequency"), F.sum("monetary"))
        .collect()
    )
    assert {r[0]: r[1] for r in segments} == expected["computed"]["segment_customers"]
    champions = expected["published"]["champions"]
    assert [tuple(map(int, r[1:])) for r in segments if r[0] == "Champions"] == [
        (champions["customers"], champions["orders"], champions["revenue"])
    ]
    cuts = json.loads(
        table(spark, tmp_path, "run_parameters")
        .filter("name = 'rfm_cut_points'")
        .collect()[0]["value"]
    )
    for measure in measures:
        assert cuts[measure] == pytest.approx(expected["computed"][f"{measure}_edges"])


FUNNELS = """
paths:
  top_steps: 100
  goal: purchase
  funnels:
    - {name: checkout, steps: [cart, shipping_details, purchase], unit: session, window_hours: 240}
    - {name: shop, steps: [catalog, add_to_cart, cart, purchase], window_hours: 10000}
    - {name: address, steps: [shipping_details, payment_details], unit: session, window_hours: 240}
    - {name: paid, steps: [payment_details, purchase], unit: session, window_hours: 240}
    - {name: payment, steps: [payment_details, support_chat], unit: session, window_hours: 240}
"""


def assert_published_paths(spark, tmp_path, expected):
    """Funnels, transitions and first steps are the published ones, where ten people took them."""
    published, computed = expected["published"], expected["computed"]
    funnels = (
        table(spark, tmp_path, "funnel_steps")
        .filter("segment_id = 'all'")
        .orderBy("step_no")
        .collect()
    )
    reached = lambda name: [r["reached_count"] for r in funnels if r["funnel"] == name]  # noqa: E731
    assert reached("checkout") == computed["session_funnel_counts"]
    shares = [
        r["reached_count"] / published["sessions"] * 100
        for r in funnels
        if r["funnel"] == "checkout"
    ]
    assert shares == pytest.approx(
        published["session_funnel_ordered"]["percent_of_sessions"], abs=0.06
    )
    assert reached("shop") == published["user_funnel_ordered"]["users"]
    edges = (
        table(spark, tmp_path, "path_edges")
        .filter("segment_id = 'all' AND grain = 'person'")
        .collect()
    )
    found = {(r["from_step"], r["to_step"]): r for r in edges}
    pairs = [
        (i, j, n)
        for i, row in published["user_level_transition_counts"].items()
        for j, n in row.items()
    ]
    assert {(i, j): found[i, j]["transition_count"] for i, j, n in pairs if (i, j) in found} == {
        (i, j): n for i, j, n in pairs if (i, j) in found
    }
    assert [n for i, j, n in pairs if (i, j) not in found] == []
    # With a first step of fewer than ten people another is withheld, from which it would follow.
    shares = published["first_step_share_of_users"]
    first = {s: found["path_start", s]["out_share"] for s in shares if ("path_start", s) in found}
    assert first == pytest.approx({s: shares[s] for s in first}, abs=0.0006)
    assert len(first) >= len(shares) - 1
    positions = table(spark, tmp_path, "path_positions").groupBy("grain", "segment_id", "place")
    sums = [r["s"] for r in positions.agg(F.sum("path_share").alias("s")).collect()]
    assert sums == pytest.approx([1.0] * len(sums))
    patterns = table(spark, tmp_path, "path_patterns").filter("segment_id = 'all'").collect()
    odds = {r["pattern"]: r["goal_odds"] for r in patterns if r["kind"] == "pair"}
    assert odds["cart -> shipping_details"] > 5 > odds["catalog -> search"]
    assert {r["kind"] for r in patterns} == {"pair", "triple", "sequence"}


def assert_planted_incidents_by_week(spark, tmp_path):
    """The mobile checkout bug (9 April–9 May) and the payment incident (19 May–7 June) show."""
    weeks = (
        table(spark, tmp_path, "funnel_weeks")
        .filter("segment_id = 'all'")
        .orderBy("week_on")
        .collect()
    )
    lost = {
        (r["funnel"], str(r["week_on"])): r["drop_off_share"] for r in weeks if r["step_no"] == 2
    }
    address = {week: share for (funnel, week), share in lost.items() if funnel == "address"}
    bug = [
        address[week] for week in ("2024-04-15", "2024-04-22", "2024-04-29")
    ]  # the weeks that lie wholly in it
    after = [share for week, share in address.items() if week > "2024-05-09"]
    assert sum(bug) / len(bug) > 1.25 * sum(after) / len(after)
    assert (
        max((share, week) for (funnel, week), share in lost.items() if funnel == "paid")[1]
        == "2024-05-20"
    )
    # In other weeks too few people go from paying to support to be reported.
    assert [week for funnel, week in lost if funnel == "payment"] == [
        "2024-05-20",
        "2024-05-27",
        "2024-06-03",
    ]


def assert_one_to_one_with_given_sessions(spark, data, sessions):
    """Our sessions and theirs match one to one by start, user and length."""
    given = spark.read.csv(str(data / "ecom.csv.gz"), header=True)
    theirs = given.groupBy("session_id").agg(
        F.min(F.to_timestamp("timestamp")).alias("started_at"),
        F.count("*").alias("n"),
        F.first("user_id").alias("user"),
    )
    theirs_rows = sorted((r["started_at"], r["n"]) for r in theirs.collect())
    ours = sorted((r["started_at"], r["event_count"]) for r in sessions.collect())
    assert ours == theirs_rows
    of_user = sorted(r["n"] for r in theirs.groupBy("user").agg(F.count("*").alias("n")).collect())
    assert (
        sorted(r["n"] for r in sessions.groupBy("stream_id").agg(F.count("*").alias("n")).collect())
        == of_user
    )


@pytest.mark.parametrize(
    ("name", "mapping", "file", "read", "fates"),
    [
        ("wikipedia-edits", "wikipedia-edits", "edits.csv.gz", 39244, {"used": 39244}),
        ("snowplow-web-tests", "snowplow-web-tests", "events.csv", 160, None),
    ],
)
def test_other_mappings_account_for_every_row(
    spark, cli, capsys, tmp_path, name, mapping, file, read, fates
):
    data = shared_data(name)
    from pathlib import Path

    root = Path(__file__).parents[2]
    conf = tmp_path / "conf.yaml"
    conf.write_text(
        f"sources: [{root / MAPPINGS / (mapping + '.yaml')}]\n"
        f"warehouse: {{path: {tmp_path / 'warehouse'}}}\n"
    )
    assert cli("ingest-events", "--conf", str(conf), "--set", f"sources.0.path={data / file}") == 0
    account = {r["fate"]: r["row_count"] for r in table(spark, tmp_path, "row_accounts").collect()}
    assert sum(account.values()) == read
    if name == "wikipedia-edits":
        is_robot = F.get_json_object("properties", "$.is_robot") == "True"
        computed, events = published(data)["computed"], table(spark, tmp_path, "events")
        assert events.filter(is_robot).count() == computed["robot_rows"]
        for seconds in (900, 1800, 3600):
            sessions = to_sessions(
                events, Sessions(gap_minutes=seconds / 60), zone="UTC", buckets=8
            )
            assert sessions.count() == computed[f"sessions_gap_gt_{seconds}s"]
    if fates is not None:
        assert account == fates
    else:
        assert (
            account["used"]
            + account.get("duplicate", 0)
            + account.get("conflict", 0)
            + account.get("quarantined", 0)
            == read
        )
        distinct = table(spark, tmp_path, "events").select("event_id").distinct().count()
        assert distinct <= published(data)["computed"]["distinct_event_ids"]


LEFT_OUT = ("cmp_visible", "consent_preferences")
"""Events of an app that tests a consent banner; the publisher's model does not count them."""


def test_the_trackers_own_sessions_are_the_publishers_but_for_its_cut_of_long_ones(
    spark, cli, tmp_path, secret_files
):
    data = shared_data("snowplow-web-tests")
    from pathlib import Path

    conf = tmp_path / "conf.yaml"
    mapping = Path(__file__).parents[2] / MAPPINGS / "snowplow-web-tests.yaml"
    conf.write_text(f"sources: [{mapping}]\nwarehouse: {{path: {tmp_path / 'warehouse'}}}\n")
    for stage in ("ingest-events", "resolve-identities", "build-sessions"):
        assert (
            cli(stage, "--conf", str(conf), "--set", f"sources.0.path={data / 'events.csv'}") == 0
        )
    kept = F.size(F.filter("steps", lambda s: ~s.isin(*LEFT_OUT)))
    sessions = (
        table(spark, tmp_path, "sessions").select("session_key", "cause", kept.alias("n")).collect()
    )
    keyed = [r for r in sessions if r["session_key"] is not None]
    assert {r["cause"] for r in keyed} == {"session_key"}
    ours: Counter[str] = Counter()
    for r in keyed:  # a tracker's session that changes its cookie is one of each stream here
        ours[r["session_key"]] += r["n"]
    secret = secret_files["data"].read_bytes().strip()
    with (data / "expected_sessions.csv").open() as file:
        given = {
            key_of(secret, SESSION_TYPE, r["domain_sessionid"]): r for r in csv.DictReader(file)
        }
    differs = {
        r["user_id"]: (ours[k], int(r["total_events"]))
        for k, r in given.items()
        if ours[k] != int(r["total_events"])
    }
    assert differs == {
        "long session": (11, 3),
        "Unexpired session": (2, 1),
    }  # it drops what comes three days after the start
    assert (
        len(given) - len(differs)
        == published(data)["computed"]["sessions_with_total_events_reproduced_by_plain_rules"]
    )

"""Resolve identities from links: only components with new links, and write only changes."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.columns.keys import bucket_of
from desirelines.frames.keep import checkpointed
from desirelines.history.membership_changes import to_interval_edits
from desirelines.identities.identity_map import to_identity_map, to_people
from desirelines.identities.link_decisions import cuts_in_force, to_cut_edits
from desirelines.identities.link_limits import to_capped, to_separated
from desirelines.identities.links import to_pairs, to_sightings
from desirelines.identities.stream_owners import (
    to_login_people,
    to_shared_streams,
    to_stream_owners,
)
from desirelines.io.spark.job_names import at_once
from desirelines.io.tables.rows import empty_like, row_count
from desirelines.io.tables.upsert import upsert
from desirelines.run.context import Run
from desirelines.run.execute import StageReport
from desirelines.tables import (
    EVENTS,
    IDENTITY_CUTS,
    IDENTITY_LINKS,
    IDENTITY_MAP,
    PEOPLE,
    STREAM_OWNERS,
    SUPPRESSIONS,
)
from desirelines.views.batches import new_batches
from desirelines.views.identities import open_identities, open_owners
from desirelines.views.state import StageState, last_state, state_now

PAIR = ["key", "other_key"]


def state_of_identities(run: Run) -> StageState:
    """Inputs of a resolution that begins now."""
    rules = run.settings.identity.model_dump(mode="json")
    types = sorted({t for s in run.settings.sources for t in s.stream})
    return state_now(run, [rules, types])


def touched_keys(run: Run, last: StageState) -> DataFrame:
    """Identifiers in batches since the last resolution: key."""
    new = F.col("ingest_batch").isin(new_batches(run, last.batches).names)
    return run.warehouse.read(IDENTITY_LINKS).filter(new).select("key").distinct()


def resolve_identities(run: Run) -> StageReport:
    """identity_links → identity_map, stream_owners, people, identity_cuts.

    Only components with new links are resolved again.
    """
    now = state_of_identities(run)
    last = last_state(run, "resolve-identities") if run.warehouse.exists(IDENTITY_MAP) else None
    note, count = "", None
    if last == now:
        note = "no identifier is new: people stay"
    elif last is None or last.rules != now.rules:
        count = row_count(resolve(run, None))
    else:
        resolve(run, touched_keys(run, last))
    if count is None:
        count = row_count(open_identities(run))
    return StageReport(count, note, inputs=now.inputs)


def resolve(run: Run, keys: DataFrame | None) -> DataFrame:
    """Resolve the components of these keys again (all for null), and write what changed.

    Gives their identifiers, each with its person.
    """
    identity, links = run.settings.identity, run.warehouse.read(IDENTITY_LINKS)
    scope = None if keys is None else _scope(run, keys)
    rows = links if scope is None else links.join(scope, "key", "left_semi")
    in_force = cuts_in_force(run.warehouse.read(IDENTITY_CUTS), run.warehouse.read(SUPPRESSIONS))
    held = in_force.filter("is_held")
    # Several tables are made from the pairs.
    pairs = checkpointed(to_pairs(rows).join(held, PAIR, "left_anti"))
    capped = to_capped(pairs, dict(identity.most_links))
    sightings = to_sightings(rows)
    inside = pairs.join(capped, PAIR, "left_anti")
    judged = checkpointed(
        to_separated(inside, unique_types=identity.unique_types, most_keys=identity.most_keys)
    )
    groups = judged.filter(F.col("reason").isNull()).select("key", "group_key", "component_key")
    cut = judged.filter(F.col("reason").isNotNull()).select(*PAIR, "reason")
    followed = inside.join(cut, PAIR, "left_anti")
    resolved = checkpointed(
        to_identity_map(sightings, groups, followed, type_order=identity.type_order)
    )
    cut_edits = to_cut_edits(in_force, capped.unionByName(cut), pairs.select(PAIR))
    writes = (
        lambda: _write_map(run, resolved, scope),
        lambda: _write_owners(run, resolved, pairs),
        lambda: _write_cuts(run, cut_edits),
    )
    # At the same time: a small commit waits more than it works.
    at_once(run.spark, writes)
    return resolved


def _write_cuts(run: Run, edits: DataFrame) -> None:
    if not edits.isEmpty():
        facts = {"decided_at": F.lit(run.read_at), "from_run": F.lit(run.run_id)}
        run.warehouse.merge(
            edits.withColumns(facts), IDENTITY_CUTS, update=("is_cut", "reason", "decided_at")
        )


def _scope(run: Run, keys: DataFrame) -> DataFrame:
    """Every key in the components of these keys, also over links that a rule cut: key."""
    open_map = open_identities(run)
    components = open_map.join(keys, "key", "left_semi").select("component").distinct()
    together = open_map.join(components, "component", "left_semi").select("key")
    return checkpointed(together.unionByName(keys.select("key")).distinct())


def _write_map(run: Run, resolved: DataFrame, scope: DataFrame | None) -> None:
    """Write people and identity_map: delete merged people, close and open intervals."""
    buckets = run.settings.warehouse.buckets
    before = (
        open_identities(run)
        if scope is None
        else open_identities(run).join(scope, "key", "left_semi")
    )
    people = to_people(resolved)
    if run.warehouse.exists(PEOPLE):
        gone = before.select("person_id").distinct().join(people, "person_id", "left_anti")
        if not gone.isEmpty():
            run.warehouse.delete(gone, PEOPLE)
    facts = {"bucket": bucket_of(F.col("person_id"), buckets), "run_id": F.lit(run.run_id)}
    upsert(run.warehouse, people.withColumns(facts), PEOPLE, update=("first_seen_at",))
    values = ("key_type", "person_id", "first_seen_at", "rule", "component", "bucket")
    wanted = resolved.withColumn("bucket", bucket_of(F.col("key"), buckets))
    edits = to_interval_edits(before, wanted, key=("key",), values=values, run_id=run.run_id)
    upsert(run.warehouse, edits, IDENTITY_MAP, update=(*values, "to_run"))


def _write_owners(run: Run, resolved: DataFrame, pairs: DataFrame) -> None:
    """Write stream_owners: one interval for one person's stream, one a login for a shared one."""
    identity = run.settings.identity
    types = sorted({t for s in run.settings.sources for t in s.stream})
    stream_people = resolved.filter(F.col("key_type").isin(types)).select(
        F.col("key").alias("stream_id"), "person_id"
    )
    login_people = to_login_people(pairs, resolved, login_type=identity.login_type)
    shared = checkpointed(to_shared_streams(login_people).withColumn("is_shared", F.lit(True)))
    streams = stream_people.join(shared, "stream_id", "left").withColumn(
        "is_shared", F.coalesce("is_shared", F.lit(False))
    )
    owners = to_stream_owners(
        streams,
        _logins(run, shared, resolved),
        attribution=identity.attribution,
        within_us=int(identity.attribution_hours * 3_600_000_000),
    ).withColumn("bucket", bucket_of(F.col("stream_id"), run.settings.warehouse.buckets))
    before = open_owners(run).join(stream_people, "stream_id", "left_semi")
    values = ("person_id", "to_at", "bucket")
    edits = to_interval_edits(
        before, owners, key=("stream_id", "from_at"), values=values, run_id=run.run_id
    )
    upsert(run.warehouse, edits, STREAM_OWNERS, update=(*values, "to_run"))


def _logins(run: Run, shared: DataFrame, resolved: DataFrame) -> DataFrame:
    """Events of shared streams with a login, and its person.

    `events` is read only if there is such a stream.
    """
    columns = ("stream_id", "user_key", "occurred_at")
    events = empty_like(run.spark, EVENTS) if shared.isEmpty() else run.warehouse.read(EVENTS)
    events = events.select(*columns)
    people = resolved.select(F.col("key").alias("user_key"), "person_id")
    return (
        events.filter(F.col("user_key").isNotNull())
        .join(F.broadcast(shared), "stream_id", "left_semi")
        .join(people, "user_key")
    )

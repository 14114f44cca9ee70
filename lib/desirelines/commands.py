"""What each command does: settings, session, job, stages, result. Heavy imports happen here, when a command runs."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desirelines.errors import EmptyInputError, SettingsError, did_you_mean
from desirelines.opening import DEFAULT_CONF, Options, opened
from desirelines.printing import print_line, print_rows, print_summary, show, told_sum
from desirelines.progress import progress_for

if TYPE_CHECKING:
    from pyspark.sql import Row

    from desirelines.job import Job


def run(options: Options, *, refit: bool = True) -> None:
    """All stages, then the report; a rerun with nothing new says so. Without `refit`, by the published model."""
    from desirelines.after_publication import make_up, say_done
    from desirelines.io.ledger import PUBLISHED
    from desirelines.pipeline import run_all
    from desirelines.reporting import write_report
    from desirelines.sweeping import give_up_the_dead

    with opened(options, writes="run" if refit else "assign", fits=refit) as job:
        job.refit, job.writes_report = refit, True
        make_up(job, write_report)
        give_up_the_dead(job)
        outcome = run_all(job)
        summary = summary_of(job, outcome.run_id, outcome.as_of, changed=outcome.changed, status=outcome.status)
        if outcome.changed:
            job.progress.begin("report")
            began = job.clock()
            summary["report"] = str(write_report(job))
            job.seconds["report"] = (job.clock() - began).total_seconds()
            job.progress.end("report", 1, job.seconds["report"], summary["report"])
            if outcome.status == PUBLISHED:
                say_done(job)
        summary["seconds"] = {stage: round(seconds, 2) for stage, seconds in job.seconds.items()}
    show(options.is_json, summary, lambda: print_summary(summary))


def run_stage(stage: str, options: Options, resync: tuple[str, ...] = ()) -> None:
    """One stage of the newest unfinished run, or of --run-id."""
    from desirelines import pipeline
    from desirelines.after_publication import make_up
    from desirelines.gates import check_as_of
    from desirelines.reporting import write_report

    with opened(options, goes_on=True, writes=stage, fits=stage == "fit-clusters") as job:
        job.resync = frozenset(resync)
        make_up(job, write_report)
        if stage != "ingest-events":
            check_as_of(job)
        getattr(pipeline, stage.replace("-", "_"))(job)
        result = {"run_id": job.run_id, "stage": stage, "seconds": round(job.seconds[stage], 2)}
    show(options.is_json, result, lambda: print_line(f"{stage} of run {result['run_id']} is done."))


def report(options: Options) -> None:
    """Write the page of the newest published run."""
    from desirelines.reporting import write_report

    with opened(options) as job:
        job.run_id = options.run_id or _newest_published(job)
        result = {"run_id": job.run_id, "report": str(write_report(job))}
    show(options.is_json, result, lambda: print_line(f"The report of run {result['run_id']} is {result['report']}"))


def history(options: Options) -> None:
    """Published runs, or the segments of one."""
    from pyspark.sql import functions as F

    from desirelines.membership import segment_names
    from desirelines.tables import SEGMENT_SIZES

    with opened(options) as job:
        ended = job.ledger.ended()
        if not ended:
            raise _nothing_published(job)
        sizes = [r.asDict() for r in job.warehouse.read(SEGMENT_SIZES).collect()]
        if options.run_id is None:
            rows = [
                {"run_id": s.run_id, "status": s.status, "as_of": str(s.as_of), "base_run_id": s.base_run_id, "people": s.row_count,
                 "published_at": f"{s.recorded_at:%Y-%m-%d %H:%M:%S}",
                 "segments": sum(z["run_id"] == s.run_id for z in sizes),
                 "entered": told_sum(z["entered_count"] for z in sizes if z["run_id"] == s.run_id),
                 "left": told_sum(z["left_count"] for z in sizes if z["run_id"] == s.run_id)}
                for s in ended
            ]  # fmt: skip
        else:
            if options.run_id not in {s.run_id for s in ended}:
                near = did_you_mean(options.run_id, [s.run_id for s in ended])
                raise SettingsError([f"--run-id {options.run_id}: no such published run{near}"])
            names = segment_names(job, options.run_id)
            of_run = job.warehouse.read(SEGMENT_SIZES).filter(F.col("run_id") == options.run_id)
            shown = of_run.orderBy("segment_id").collect()
            rows = [_segment(z, names) for z in shown]
    show(options.is_json, rows, lambda: print_rows(rows))


def why(person: str | None, identifier: str | None, options: Options) -> None:
    """What is known of a person now."""
    from desirelines.explaining import explain

    if (person is None) == (identifier is None):
        raise SettingsError(["why: give a person id or key, or --identifier TYPE with the value on standard input"])
    value = sys.stdin.read().strip() if identifier else None
    if identifier and not value:
        raise SettingsError(["why --identifier: nothing came on standard input; pipe the identifier in"])
    with opened(options) as job:
        known = explain(job, key=person, identifier=(identifier, value) if identifier and value else None)
    show(options.is_json, known, lambda: print_line(json.dumps(known, indent=2, default=str, ensure_ascii=False)))


def plan(options: Options) -> None:
    """What a run would read and write."""
    from desirelines.doctor import planned

    with opened(options, is_judged=True) as job:
        found = planned(job)

    def printed() -> None:
        print_line(f"as_of {found['as_of']}; compared with run {found['base_run_id']}")
        print_rows(found["reads"])
        print_rows(found["writes"])

    show(options.is_json, found, printed)


def check(options: Options, *, is_deep: bool = False) -> None:
    """The doctor."""
    from desirelines.doctor import diagnosis

    files = options.conf or ((DEFAULT_CONF,) if DEFAULT_CONF.is_file() else ())
    tell = progress_for(options.log_format, "check").say
    findings, error = diagnosis(files, options.sets, is_deep=is_deep, tell=tell)
    show(options.is_json, [f.__dict__ for f in findings], lambda: print_line("\n".join(map(str, findings))))
    if error is not None:
        raise error


def init(folder: Path, from_: str | None, options: Options) -> None:
    """A first configuration, a mapping to edit (guessed from rows, when there are some), two secrets."""
    from desirelines.beginning import begin

    hints = []
    if from_ is None:
        made = begin(folder)
    else:
        from desirelines.guessing import guessed

        name, guess = guessed(from_)
        made = begin(folder, (name, guess.text))
        hints = [f"Not found: {what}. Fill it in." for what in guess.missing]
        if not made[0]["is_new"]:
            hints.append(f"Add `- sources/{name}.yaml` to `sources:` in {made[0]['path']}.")
    lines = [f"{'wrote' if m['is_new'] else 'kept '} {m['path']}" for m in made]
    show(
        options.is_json,
        made,
        lambda: print_line("\n".join([*lines, *hints, "Next: edit the mapping, then `desirelines check`."])),
    )


def world(out: Path, people: int, days: int, seed: int, as_: str, options: Options) -> None:
    """A world with planted truth."""
    if as_ not in ("delta", "json", "csv"):
        raise SettingsError([f"--as {as_}: one of delta, json, csv{did_you_mean(as_, ('delta', 'json', 'csv'))}"])
    from desirelines.io.session import spark_session
    from desirelines.io.world_files import write_world
    from desirelines.world import build_world

    spark, is_mine = spark_session()
    try:
        born = build_world(spark, people=people, days=days, seed=seed)
        made = write_world(born.raw, born.truth, out, as_)
    finally:
        if is_mine:
            spark.stop()
    show(options.is_json, made, lambda: print_rows(made))


def summary_of(job: Job, run_id: str, as_of: date, *, changed: bool, status: str) -> dict[str, Any]:
    """The outcome of a run: row account, segments with sizes."""
    from pyspark.sql import functions as F

    from desirelines.membership import segment_names
    from desirelines.tables import ROW_ACCOUNTS, SEGMENT_SIZES

    accounts: dict[str, dict[str, int]] = {}
    for row in (
        job.warehouse.read(ROW_ACCOUNTS)
        .groupBy("source", "fate")
        .agg(F.sum("row_count").alias("n"))
        .orderBy("source", "fate")
        .collect()
    ):
        accounts.setdefault(row["source"], {})[row["fate"]] = row["n"]
    names = segment_names(job, run_id)
    sizes = (
        job.warehouse.read(SEGMENT_SIZES)
        .filter(F.col("run_id") == run_id)
        .orderBy(F.col("people_count").desc_nulls_last(), "segment_id")
        .collect()
    )
    segments = [
        {
            "segment_id": z["segment_id"],
            "name": names.get(z["segment_id"]),
            "people": z["people_count"],
            "share": z["share"],
            "entered": z["entered_count"],
            "left": z["left_count"],
        }
        for z in sizes
    ]
    facts = {"run_id": run_id, "changed": changed, "status": status, "as_of": str(as_of)}
    return facts | {"row_account": accounts, "segments": segments}


def _segment(size: Row, names: dict[str, str]) -> dict[str, Any]:
    """A segment of a run, from its row of `segment_sizes`."""
    counted = {
        "people": "people_count", "share": "share", "entered": "entered_count", "left": "left_count",
    }  # fmt: skip
    return {"segment_id": size["segment_id"], "name": names.get(size["segment_id"])} | {
        word: size[column] for word, column in counted.items()
    }


def _newest_published(job: Job) -> str:
    chain = job.ledger.published()
    if not chain:
        raise _nothing_published(job)
    return chain[-1].run_id


def _nothing_published(job: Job) -> EmptyInputError:
    return EmptyInputError(f"no run was published in {job.settings.warehouse.path} yet. Run `desirelines run` first.")

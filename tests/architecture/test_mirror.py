"""Tests mirror the library: of every module a reader can tell where its tests are.

The tests of `lib/desirelines/<room>/<file>.py` are in `test_<file>.py` in the same folder below
`tests/`, or below `tests/spec/` (rows in, rows out), `tests/unit/` (no Spark) or
`tests/properties/` (against an oracle in plain Python). What has none is named here, with the
tests that go through it.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KINDS = ("", "spec", "unit", "properties")
DATA = {
    *(f"tables/{name}.py" for name in (
        "cohorts", "events", "features", "identities", "membership_views", "models", "paths",
        "privacy", "runs", "segments", "sessions",
    )),
    "erasure/ways.py",
    "report/data.py",
    "report/figures.py",
    "report/view_model.py",
}  # fmt: skip
"""Modules that only declare: contracts of tables (test_house.py holds all of them together),
dataclasses without a method."""
TESTED_THROUGH = {
    "catalogue/consent_words.py": "tests/spec/events/test_parse.py",
    "catalogue/no_identifiers.py": "tests/spec/columns/test_keys.py",
    "cli/opening.py": "tests/run/test_opening.py",
    "events/row_expressions.py": "tests/attacks/test_expressions.py",
    "io/mlflow/scorer.py": "tests/io/mlflow/test_tracking.py",
    "io/scan/canary_files.py": "tests/io/scan/test_prove.py",
    "io/scan/canary_places.py": "tests/io/scan/test_prove.py",
    "io/scan/canary_tables.py": "tests/io/scan/test_prove.py",
    "io/scan/notes.py": "tests/io/scan/test_one_file.py",
    "io/sources/stream.py": "tests/attacks/test_batches.py",
    "io/sources/symlinks.py": "tests/attacks/test_links.py",
    "io/spark/scratch.py": "tests/attacks/test_scratch.py",
    "io/tables/facts.py": "tests/attacks/test_secrets.py",
    "io/tables/lease.py": "tests/attacks/test_lease.py",
    "io/tables/reader.py": "tests/io/tables/test_file_statistics.py",
    "io/tables/scratch_tables.py": "tests/spec/frames/test_keep.py",
    "operations/compare_with_truth.py": "tests/world/test_world_through_the_pipeline.py",
    "operations/integrity.py": "tests/attacks/test_check.py",
    "operations/past_run.py": "tests/operations/test_replay.py",
    "operations/rebuild.py": "tests/stages/test_sessions_increment.py",
    "operations/report.py": "tests/cli/test_json.py",
    "pipeline.py": ("tests/architecture/test_layers.py", "tests/operations/test_run_pipeline.py"),
    "report/templating.py": "tests/unit/report/test_page.py",
    "columns/lapse.py": "tests/spec/features/test_labels.py",
    "settings/rule_conditions.py": "tests/unit/settings/test_rule_language.py",
    "settings/rule_meaning.py": "tests/unit/settings/test_rule_language.py",
    "settings/erasure.py": "tests/operations/test_erase.py",
    "settings/segments.py": "tests/unit/settings/test_segment_rules.py",
    "settings/strict.py": "tests/unit/settings/test_model.py",
    "settings/tracking.py": ("tests/io/mlflow/test_tracking.py", "tests/io/test_lineage.py"),
    "run/lineage.py": "tests/io/test_lineage.py",
    "run/progress.py": "tests/unit/cli/test_progress.py",
    "run/settings_check.py": "tests/attacks/test_configuration.py",
    "run/warehouse_facts.py": "tests/attacks/test_secrets.py",
    "stages/abandoned_runs.py": "tests/attacks/test_sweeping.py",
    **dict.fromkeys(
        (f"stages/erasure_{name}.py" for name in (
            "files", "rebuild", "receipts", "removals", "requests", "returned", "rows", "steps",
            "subjects",
        )),
        "tests/operations/test_erase.py",
    ),
    **dict.fromkeys(
        (f"stages/erasure_{name}.py" for name in ("source_files", "sources")),
        "tests/operations/test_erase_sources.py",
    ),
    "stages/ingest.py": ("tests/attacks/test_batches.py", "tests/stages/test_ingest_account.py"),
    "stages/ingest_batch.py": "tests/attacks/test_batches.py",
    "stages/ingest_known.py": "tests/attacks/test_batches.py",
    "stages/ingest_part.py": "tests/attacks/test_batches.py",
    "stages/ingest_rejects.py": "tests/operations/test_requeue.py",
    "stages/ingest_tables.py": "tests/attacks/test_batches.py",
    "stages/ingest_terms.py": "tests/attacks/test_batches.py",
    "stages/parameters.py": "tests/stages/test_features.py",
    "rules/step_facts.py": "tests/spec/rules/test_facts.py",
    "settings/sessions.py": "tests/spec/sessions/test_sessions.py",
    "settings/publication.py": "tests/unit/history/test_publication_checks.py",
    "stages/restoration.py": "tests/operations/test_rollback.py",
    "stages/segment_counts.py": "tests/attacks/test_disclosure.py",
    "stages/segment_definitions.py": "tests/stages/test_segments.py",
    "stages/segment_scorecards.py": "tests/stages/test_segments.py",
    "views/rule_evidence.py": "tests/operations/test_explain_rules.py",
    "views/rules.py": "tests/stages/test_segments.py",
    **dict.fromkeys(
        (f"workspace/{name}.py" for name in ("pictures", "privacy", "reading", "workspace")),
        "tests/journeys/test_notebooks.py",
    ),
} | {
    f"cli/commands/{name}.py": ("tests/cli/test_app.py", "tests/cli/test_json.py")
    for name in (
        "data", "demo", "erase", "identity", "maintain", "project", "results", "run", "runs",
        "segment", "synthetic",
    )
} | {
    f"synthetic/{name}.py": "tests/world/test_world.py"
    for name in (
        "bots", "build", "clicks", "devices", "goods", "mail", "mess", "orders", "paths", "people",
        "personas", "support", "truth", "visits",
    )
}  # fmt: skip
"""A module to the test files that go through it."""


def modules(root):
    """Every module of the library that is more than the name of a folder."""
    library = root / "lib" / "desirelines"
    found = (f.relative_to(library) for f in library.rglob("*.py") if f.name != "__init__.py")
    return sorted(file.as_posix() for file in found)


def mirrors(root, module):
    """The test files that mirror a module."""
    path = Path(module)
    places = (root / "tests" / kind / path.parent / f"test_{path.name}" for kind in KINDS)
    return [place for place in places if place.is_file()]


def files_of(entry):
    return (entry,) if isinstance(entry, str) else entry


def faults(root, data, tested_through):
    """What is wrong between the modules, their mirrors and the lists of those without one."""
    listed = {*data, *tested_through}
    found = []
    for module in sorted({*modules(root), *listed}):
        place = root / "lib" / "desirelines" / module
        if not place.is_file():
            found.append(f"{module} is listed and is no module")
        elif mirrors(root, module) and module in listed:
            found.append(f"{module} is listed and has a test file of its own")
        elif not mirrors(root, module) and module not in listed:
            path = Path(module)
            found.append(
                f"{module} has no test file, such as tests/spec/{path.parent}/test_{path.name}"
            )
    for module, entry in tested_through.items():
        found += [f"{module}: there is no {f}" for f in files_of(entry) if not (root / f).is_file()]
    return found


def test_every_module_has_its_tests_where_they_are_looked_for_or_is_named_with_others():
    assert faults(ROOT, DATA, TESTED_THROUGH) == []


def test_data_is_nothing_that_runs():
    """A module that only declares has no function outside of a class, and no branch."""
    for name in DATA:
        tree = ast.parse((ROOT / "lib" / "desirelines" / name).read_text())
        assert not [n for n in tree.body if isinstance(n, ast.FunctionDef)], name
        assert not [n for n in ast.walk(tree) if isinstance(n, ast.If | ast.For | ast.While)], name


@pytest.fixture
def small_tree(tmp_path):
    """A library of four modules: two mirrored, one tested through another, one of data."""
    for name in ("room/one.py", "room/deep/two.py", "room/three.py", "tables/four.py"):
        file = tmp_path / "lib" / "desirelines" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        (file.parent / "__init__.py").touch()
    for name in ("spec/room/test_one.py", "room/deep/test_two.py"):
        file = tmp_path / "tests" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return tmp_path


THROUGH = {"room/three.py": "tests/spec/room/test_one.py"}


def test_a_tree_that_is_mirrored_has_no_fault(small_tree):
    assert faults(small_tree, {"tables/four.py"}, THROUGH) == []


@pytest.mark.parametrize(
    ("data", "through", "fault"),
    [
        (set(), THROUGH, "tables/four.py has no test file, such as tests/spec/tables/test_four.py"),
        ({"tables/four.py"}, {}, "room/three.py has no test file"),
        ({"tables/four.py", "tables/5.py"}, THROUGH, "tables/5.py is listed and is no module"),
        ({"tables/four.py"}, THROUGH | {"room/one.py": "tests/room/deep/test_two.py"},
         "room/one.py is listed and has a test file of its own"),
        ({"tables/four.py", "room/deep/two.py"}, THROUGH,
         "room/deep/two.py is listed and has a test file of its own"),
        ({"tables/four.py"}, {"room/three.py": ("tests/spec/room/test_one.py", "tests/gone.py")},
         "room/three.py: there is no tests/gone.py"),
    ],
)  # fmt: skip
def test_a_module_without_tests_and_an_entry_that_is_stale_are_faults(
    small_tree, data, through, fault
):
    (found,) = faults(small_tree, data, through)
    assert found.startswith(fault)


def test_a_test_file_makes_the_entry_stale_wherever_it_mirrors(small_tree):
    for kind in KINDS:
        mirror = small_tree / "tests" / kind / "room" / "test_three.py"
        mirror.parent.mkdir(parents=True, exist_ok=True)
        mirror.touch()
        assert faults(small_tree, {"tables/four.py"}, THROUGH) == [
            "room/three.py is listed and has a test file of its own"
        ]
        mirror.unlink()

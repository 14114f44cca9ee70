"""The house rules that a machine can check."""

import ast
import importlib.util
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from desirelines import tables
from desirelines.catalogue import FEATURES
from desirelines.settings import Settings, read_settings

ROOT = Path(__file__).parents[2]
LIBRARY = sorted((ROOT / "lib" / "desirelines").rglob("*.py"))


def test_no_back_door_to_the_jvm():
    """`_jvm`, `.rdd` and sparkContext are absent on Connect and serverless."""
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno} .{node.attr}"
        for file in LIBRARY
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in {"_jvm", "_jdf", "_jsc", "rdd", "sparkContext"}
    ]
    # Classic Spark names jobs by its context alone; a Connect session is asked for tags there.
    (names,) = found
    assert names.startswith("lib/desirelines/io/spark/job_names.py:")
    assert names.endswith(" .sparkContext")


def test_only_one_place_builds_a_session():
    found = [f.relative_to(ROOT).as_posix() for f in LIBRARY if ".builder" in f.read_text()]
    assert found == [
        "lib/desirelines/io/spark/jars.py",
        "lib/desirelines/io/spark/session.py",
    ]  # jars.py: a plain session that only downloads


def test_importing_the_package_loads_nothing_heavy():
    code = (
        "import sys, desirelines, desirelines.cli; "
        "print([m for m in ('pyspark', 'mlflow', 'numpy', 'pandas', 'sklearn')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_table_tells_its_grain_its_key_and_the_meaning_of_every_column():
    assert len({t.name for t in tables.ALL}) == len(tables.ALL)
    for table in tables.ALL:
        assert table.grain
        assert set(table.key) | set(table.erased_by) | set(table.partition_by) <= set(
            table.column_names
        ), table.name
        assert all(c.meaning for c in table.columns), table.name


def test_column_names_follow_the_convention():
    wanted = {
        "_at": "timestamp",
        "_on": "date",
        "_count": "bigint",
        "_seconds": "double",
        "_share": "double",
    }
    for table in tables.ALL:
        for column in table.columns:
            kind = column.type.simpleString()
            for suffix, type_ in wanted.items():
                assert not column.name.endswith(suffix) or kind == type_, (
                    f"{table.name}.{column.name} is {kind}"
                )
            assert not column.name.startswith(("is_", "has_")) or kind == "boolean", (
                f"{table.name}.{column.name}"
            )
            assert not column.name.endswith("_id") or kind == "string", (
                f"{table.name}.{column.name}"
            )


def test_every_view_tells_its_grain_its_key_and_the_tables_that_it_is_made_of():
    assert len({v.name for v in (*tables.VIEWS, *tables.ALL)}) == len(tables.VIEWS + tables.ALL)
    for view in tables.VIEWS:
        assert view.grain
        assert set(view.key) <= set(view.column_names), view.name
        assert set(view.made_of) <= {t.name for t in tables.ALL}, view.name
        assert all(c.meaning for c in view.columns), view.name


def test_columns_are_flat_or_arrays_one_level_deep():
    for table in tables.ALL:
        for column in table.columns:
            assert re.fullmatch(r"(array<\w+>|\w+(\(\d+,\d+\))?)", column.type.simpleString()), (
                f"{table.name}.{column.name}"
            )


def test_no_table_is_partitioned_by_a_person_and_no_statistic_holds_a_key():
    for table in tables.ALL:
        personal = {c.name for c in table.columns if c.personal}
        assert not personal & set(table.partition_by), table.name
        assert not personal & set(table.statistics_columns), table.name
        assert not set(table.erased_by) & set(table.statistics_columns), table.name
        assert set(table.erased_by) <= personal, (
            f"{table.name}: what a person is erased by is personal"
        )


def test_generated_pages_are_current():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    for name, page in generate.PAGES.items():
        assert (ROOT / "docs" / name).read_text() == page(), (
            f"run `make docs`: docs/{name} is not current"
        )


def test_base_yaml_shows_every_setting_with_its_default():
    shown = yaml.safe_load((ROOT / "conf" / "base.yaml").read_text())
    assert read_settings([ROOT / "conf" / "base.yaml"]) == Settings()
    defaults = Settings().model_dump(mode="json", by_alias=True)
    assert set(shown) == set(defaults)
    for section, values in defaults.items():
        if isinstance(values, dict):
            assert set(shown[section]) == set(values), section


@pytest.mark.parametrize(
    "mapping", sorted((ROOT / "conf" / "sources").glob("*.yaml")), ids=lambda p: p.stem
)
def test_every_mapping_is_valid(mapping, tmp_path):
    conf = tmp_path / "conf.yaml"
    conf.write_text(f"sources: [{mapping}]\n")
    (source,) = read_settings([conf]).sources
    assert source.columns.occurred_at.names


def test_overlays_hold_differences_only():
    for overlay in (ROOT / "conf").glob("*.yaml"):
        if overlay.name == "base.yaml":
            continue
        defaults = Settings().model_dump(mode="json", by_alias=True)
        for section, values in yaml.safe_load(overlay.read_text()).items():
            if isinstance(values, dict):
                same = [
                    k for k, v in values.items() if defaults[section][k] == v and k != "currency"
                ]
                assert not same, f"{overlay.name}: {section}.{same} are the defaults"


def test_job_files_are_verbs_that_only_call_the_command_line():
    jobs = sorted((ROOT / "jobs").glob("*.py"))
    assert len(jobs) == 11
    for job in jobs:
        statements = ast.parse(job.read_text()).body
        assert len(statements) == 4, job.name  # docstring, two imports, the call
        assert importlib.util.find_spec(job.stem) is None, f"jobs/{job.name} would shadow a module"


def test_the_library_is_tracked_and_the_package_is_not_empty(tmp_path):
    tracked = subprocess.run(
        ["git", "ls-files", "lib"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "lib/desirelines/cli/app.py" in tracked
    subprocess.run(
        [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--outdir",
            str(tmp_path),
            str(ROOT),
        ],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "desirelines/cli/app.py",
        "desirelines/report/templates/page.html.j2",
        "desirelines/templates/first.yaml",
    ):
        assert needed in names
    assert not [n for n in names if not n.startswith("desirelines")]


def test_every_feature_has_words_for_a_name():
    for feature in FEATURES:
        assert feature.high != feature.low
        assert all(
            (
                feature.meaning,
                feature.unit,
                feature.null_means,
                feature.source,
                feature.high,
                feature.low,
            )
        ), feature.name
    words = [w for f in FEATURES for w in (f.high, f.low)]
    assert len(set(words)) == len(words)


def test_functions_stay_small():
    long = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
        for file in LIBRARY
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > 60
    ]
    assert long == []


def test_only_data_is_laid_out_by_hand():
    by_hand = [
        file.relative_to(ROOT / "lib" / "desirelines").parts[0]
        for file in LIBRARY
        if "fmt: skip" in file.read_text() or "fmt: off" in file.read_text()
    ]
    assert set(by_hand) <= {"catalogue", "tables"}


def test_few_modules_stand_outside_of_every_room():
    top = {file.stem for file in LIBRARY if file.parent == ROOT / "lib" / "desirelines"}
    assert top == {"__init__", "__main__", "characters", "errors", "pipeline"}


def test_files_stay_small():
    long = {
        f.relative_to(ROOT).as_posix(): n
        for f in LIBRARY
        if (n := len(f.read_text().splitlines())) > 300
    }
    reasons = {"lib/desirelines/synthetic/personas.py": "one persona after the other: data"}
    assert set(long) == set(reasons)


def test_the_tree_names_no_machine_and_no_registry():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    machine = re.compile(r"/(root|home/\w+|Users/\w+)/|https?://[^ ]+/(simple|maven2)(/|\b)")
    found = [
        n
        for n in tracked
        if (ROOT / n).is_file() and machine.search((ROOT / n).read_text(errors="ignore"))
    ]
    assert [n for n in found if n != "tests/architecture/test_house.py"] == []


def test_every_test_that_a_document_names_exists():
    pages = sorted((ROOT / "docs").rglob("*.md"))
    named = {
        name for p in pages for name in re.findall(r"`(tests/[\w/]+\.py::\w+)`", p.read_text())
    }
    assert len(named) > 20
    missing = [
        name
        for name in sorted(named)
        for file, _, test in [name.partition("::")]
        if not (ROOT / file).is_file() or f"def {test}(" not in (ROOT / file).read_text()
    ]
    assert missing == []

"""No condition is composed as text: a quote in a value would end it early and select other rows."""

import ast
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[2] / "lib" / "desirelines"
TAKE_CONDITIONS = {
    "filter",
    "where",
    "expr",
    "selectExpr",
    "replace_where",
    "replace_run",
    "search_model_versions",
    "search_runs",
}
SAY_SQL = {
    "io/tables/store.py", "io/tables/ddl.py", "io/tables/dml.py", "io/tables/ledger.py",
    "io/tables/log.py", "io/tables/reader.py", "io/tables/contract_check.py",
    "io/sources/delta_history.py", "io/spark/jars.py",
}  # fmt: skip
"""Where statements are composed: of quoted addresses, and of column names from contracts."""
NUMBER_NAMES = {"rules/answers.py"}
"""Where an expression is composed of names that are numbered there, and of nothing else."""


def composed(node: ast.AST) -> bool:
    """Whether a text is composed here: an f-string, a sum, `%`, `format` or `join`."""
    return any(
        (isinstance(part, ast.JoinedStr)
         and any(isinstance(v, ast.FormattedValue) for v in part.values))
        or (isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add | ast.Mod)
            and isinstance(part.left, ast.Constant | ast.JoinedStr)
            and isinstance(getattr(part.left, "value", ""), str))
        or (isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute)
            and part.func.attr in {"format", "join"})
        for part in ast.walk(node)
    )  # fmt: skip


def is_text(node: ast.AST) -> bool:
    """Whether an argument is composed text and no column; column conditions may compose names."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "join"}
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod)
    )


def composed_conditions(code: str, name: str) -> list[str]:
    found = []
    for call in ast.walk(ast.parse(code)):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        given = [*call.args, *(k.value for k in call.keywords)]
        plain = [a for a in given if is_text(a)]
        is_free = call.func.attr == "expr" and name in NUMBER_NAMES
        if call.func.attr in TAKE_CONDITIONS and not is_free and any(composed(a) for a in plain):
            found.append(f"{name}:{call.lineno} .{call.func.attr}")
        if (
            call.func.attr == "sql"
            and name not in SAY_SQL
            and any(not isinstance(a, ast.Constant | ast.Call) for a in given)
        ):
            found.append(f"{name}:{call.lineno} .sql")
    return found


def test_no_condition_is_put_together_from_text():
    files = sorted(LIBRARY.rglob("*.py"))
    assert files
    found = [
        f
        for file in files
        for f in composed_conditions(file.read_text(), file.relative_to(LIBRARY).as_posix())
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "rows.filter(f\"run_id = '{run_id}'\")",
        "rows.where('run_id = ' + run_id)",
        "t.replace_where(rows, T, \"as_of = '%s'\" % day)",
        "rows.filter(\"a = '{}'\".format(a))",
        "client.search_runs(f\"name = '{n}'\")",
        "spark.sql(f'SELECT {x}')",
    ],
)
def test_the_search_finds_one(code):
    assert composed_conditions(code, "some.py")

"""Identifiers of raw rows, and how often a field's text is taken out of its row."""

from desirelines.columns.keys import key_of
from tests.support.sources import SECRET, mapped, source


def test_the_first_written_of_several_columns_is_the_identifier(spark):
    of = source(ids={"cookie": {"first_of": ["c", "u"], "keep_value": True}}, stream=["cookie"])
    rows = mapped(spark, """
        id | c         | u     | t                    | e    | paid
        1  | x         | y     | 2026-03-01T10:00:00Z | look |
        2  |           | y.0   | 2026-03-01T10:00:00Z | look |
        3  |           | 77.00 | 2026-03-01T10:00:00Z | look |
        4  | (not set) | y     | 2026-03-01T10:00:00Z | look |
    """, of)  # fmt: skip
    got = {r["given_id"]: (r["value_cookie"], r["key_cookie"]) for r in rows.collect()}
    wanted = {"1": "x", "2": "y.0", "3": "77"}
    assert got == {n: (v, key_of(SECRET, "cookie", v)) for n, v in wanted.items()} | {
        "4": (None, None)
    }


def test_a_text_is_trimmed_once_however_many_expressions_read_it(spark):
    """Written out in each of them, a mapping of a dozen fields had thousands of trims."""
    of = source(ids={"cookie": "c", "user": "u", "email": "m"})
    rows = mapped(spark, """
        id | c | u | m | t                    | e    | paid
        1  | x | a | b | 2026-03-01T10:00:00Z | look |
    """, of)  # fmt: skip
    plan = rows._jdf.queryExecution().optimizedPlan().toString()
    fields, identifiers = 7, 3  # junk is looked for nine times in each identifier
    assert plan.count("trim(") == fields + 9 * identifiers

"""What a run would read and write."""

from desirelines import tables
from tests.support.published import conf, result


def test_plan_and_check_write_nothing(cli, first_shop, spark, capsys):
    before = {f: f.stat().st_mtime_ns for f in first_shop.rglob("*")}
    capsys.readouterr()
    assert cli("plan", *conf(first_shop)) == 0
    planned = result(capsys)
    assert [r["source"] for r in planned["reads"]] == ["shop"]
    assert {r["table"] for r in planned["writes"]} == {t.name for t in tables.ALL}
    assert cli("check", *conf(first_shop)) == 0
    findings = {f["what"]: f for f in result(capsys)}
    assert all(f["is_ok"] for f in findings.values())
    assert "1,000 rows" in findings["mapping shop"]["found"]
    assert {f: f.stat().st_mtime_ns for f in first_shop.rglob("*")} == before

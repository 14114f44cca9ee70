"""What ingest says at its end of a mapping that matches nothing."""

from tests.support import shop
from tests.support.attempts import attempt


def test_a_path_an_id_and_a_kind_that_never_match_are_said_once(cli, capsys, small_shop):
    mapping = small_shop / "shop.yaml"
    mapping.write_text(
        mapping.read_text()
        .replace("user: user}", "user: user, email: agent}")
        .replace("login: login}", "login: login, refnd: refund}")
    )
    for row in (rows := shop.rows(0, 5)):
        row |= {"agent": "", "paid": ""}
    shop.write(small_shop / "in", "first.csv", rows)
    code, output = attempt(cli, capsys, small_shop, command="ingest-events")
    assert code == 0
    (line,) = [text for text in output.splitlines() if "of the mapping" in text]
    assert "in every row: columns.amount (paid), columns.user_agent (agent), ids.email" in line
    assert "names in `kinds` that no row has: refnd." in line
    # a later delivery of few rows says nothing
    shop.write(small_shop / "in", "second.csv", [r | {"id": f"x{r['id']}"} for r in rows[:3]])
    code, output = attempt(cli, capsys, small_shop, command="ingest-events")
    assert (code, "of the mapping" in output) == (0, False)

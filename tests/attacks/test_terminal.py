"""Nothing personal reaches a terminal: no cell of a row is printed, whatever is wrong with it."""

import json

import pytest

EMAIL, SUM, NAME = "ann.example@mail.example", "98765.43", "Annabelle Exemplar"
PERSONAL = (EMAIL, "ann.example", SUM, "98765", NAME, "Annabelle")
COLUMNS = (
    "occurred_at", "event_name", "event_id", "sent_at", "received_at", "page", "item_id",
    "category", "order_id", "quantity", "amount", "discount", "currency", "score", "campaign",
    "channel", "user_agent", "consent", "session_key",
)  # fmt: skip
GOOD = {"occurred_at": "2026-01-05T10:00:00Z", "event_name": "view", "user": "u1"}
FORMATS = ("csv", "json")


def rows():
    """A row for each column and value, with that value in place of a good one."""
    plain = dict.fromkeys((*COLUMNS, "user", "alias", "extra"), "") | GOOD
    numbers = {"quantity": "1", "amount": "2", "discount": "0", "score": "3", "currency": "EUR"}
    times = {"sent_at": GOOD["occurred_at"], "received_at": GOOD["occurred_at"]}
    plain |= numbers | times | {"event_id": "e"}
    return [plain | {name: value} for name in plain for value in (EMAIL, SUM, NAME)]


def write(folder, file_format):
    place = folder / file_format
    place.mkdir()
    given = rows()
    if file_format == "json":
        text = "".join(json.dumps(row) + "\n" for row in given) + f'{{"user": "{EMAIL}", \n'
    else:
        text = "\n".join([",".join(given[0]), *(",".join(row.values()) for row in given)])
        text += f'\n{EMAIL},"{NAME}\n'
    (place / f"a.{file_format}").write_text(text)


def configure(folder, **more):
    """Map every column of each source; `more` is added to its columns."""
    for file_format in FORMATS:
        mapping = {
            "name": file_format, "format": file_format, "path": str(folder / file_format),
            "stream": ["user"], "ids": {"user": "user"}, "alias": "alias",
            "columns": {name: name for name in COLUMNS} | more.get(file_format, {}),
            "properties": ["extra"], "kinds": {"view": "page"},
        }  # fmt: skip
        (folder / f"{file_format}.yaml").write_text(json.dumps(mapping))
    (folder / "conf.yaml").write_text(
        f"warehouse: {{path: {folder / 'warehouse'}}}\ntracking: {{enabled: false}}\n"
        f"sources: {[f'{name}.yaml' for name in FORMATS]}\n"
    )


@pytest.mark.integration
def test_no_cell_of_a_row_is_printed(spark, cli, capfd, caplog, tmp_path):
    for file_format in FORMATS:
        write(tmp_path, file_format)
    conf = str(tmp_path / "conf.yaml")
    of_json = "CAST(variant_get(row, '$.amount', 'string') AS INT)"
    configure(
        tmp_path,
        csv={"quantity": {"sql": "CAST(row.amount AS INT)"}},
        json={"quantity": {"sql": of_json}},
    )
    codes = [cli("check", "--conf", conf), cli("ingest-events", "--conf", conf)]
    failed = capfd.readouterr()
    configure(tmp_path)
    codes += [cli("check", "--conf", conf), cli("ingest-events", "--conf", conf)]
    shown = capfd.readouterr()
    # The handlers of a notebook or a cluster get what any library logs.
    printed = failed.out + failed.err + shown.out + shown.err + caplog.text
    assert [cell for cell in PERSONAL if cell in printed] == []
    assert "unexpected" not in printed
    assert "an expression (`sql`) of its mapping fails on a value (CAST_" in failed.err
    assert codes == [2, 2, 0, 0], printed

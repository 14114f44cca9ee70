"""`init --from`: from an existing file to events, with nothing written by hand."""

import json

import pytest
import yaml

from desirelines.cli import main
from desirelines.settings import Source
from tests.support import shop


@pytest.mark.parametrize("format_", ["csv", "json", "parquet", "delta"])
def test_a_mapping_is_guessed_from_whatever_lies_there(format_, spark, tmp_path):
    lines = [{k: v or None for k, v in r.items()} for r in shop.rows(0, 3)]
    place = tmp_path / "Shop events"
    if format_ == "csv":
        shop.write(place, "a.csv", shop.rows(0, 3))
    elif format_ == "json":
        place.mkdir()
        nested = [
            {"who": {"cookie": r.pop("cookie"), "user": r.pop("user")}, **r, "tags": ["x"]}
            for r in lines
        ]
        (place / "a.jsonl").write_text("".join(json.dumps(r) + "\n" for r in nested))
    else:
        spark.createDataFrame(lines).write.format(format_).save(str(place))
    assert main(["init", str(tmp_path / "new"), "--from", str(place)]) == 0
    mapping = yaml.safe_load((tmp_path / "new" / "sources" / "shop_events.yaml").read_text())
    above = "who." if format_ == "json" else ""
    assert (mapping["format"], mapping["path"], mapping["stream"]) == (
        format_,
        str(place),
        ["cookie", "user"],
    )
    assert mapping["ids"] == {"cookie": f"{above}cookie", "user": f"{above}user"}
    expected = {
        "occurred_at": "at", "event_name": "event", "event_id": "id", "page": "url",
        "category": "category", "order_id": "order", "amount": "paid",
    }  # fmt: skip
    assert mapping["columns"] == expected
    assert mapping["kinds"] == {
        "add": "cart_add",
        "buy": "purchase",
        "login": "login",
        "view": "page",
    }


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_what_separates_the_values_of_csv_files_is_seen(sign, spark, tmp_path):
    rows = [("Member ID", "Datum", "Action"), ("M1", "01.03.2024 10:00", "Login"),
            ("M1", "01.03.2024 10:01", "Search"), ("M2", "02.03.2024 11:00", "Login"),
            ("M2", "02.03.2024 11:09", "Search")]  # fmt: skip
    (tmp_path / "visits.csv").write_text("".join(sign.join(row) + "\n" for row in rows))
    assert main(["init", str(tmp_path / "new"), "--from", str(tmp_path / "visits.csv")]) == 0
    mapping = Source.model_validate(
        yaml.safe_load((tmp_path / "new" / "sources" / "visits.yaml").read_text())
    )
    assert mapping.delimiter == ("tab" if sign == "\t" else sign)
    assert mapping.ids.keys() == {"user"}
    assert mapping.columns.event_name.column == "Action"


def test_a_guessed_mapping_reads_the_events(spark, cli, capsys, tmp_path, monkeypatch):
    shop.write(tmp_path / "in", "a.csv", shop.rows(0, 3))
    assert main(["init", str(tmp_path), "--from", str(tmp_path / "in" / "a.csv")]) == 0
    assert "desirelines check" in capsys.readouterr().out
    monkeypatch.chdir(tmp_path)
    where = (
        "--conf",
        str(tmp_path / "desirelines.yaml"),
        "--set",
        f"warehouse.path={tmp_path / 'warehouse'}",
    )
    assert cli("ingest-events", *where) == 0
    assert f"{len(shop.rows(0, 3)):,} used" in capsys.readouterr().err

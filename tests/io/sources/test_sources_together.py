"""Sources of odd files that are read at the same time: none is counted or read twice."""

import shutil

import pytest
import yaml

HEADER = "ts,action,login,shop"
ROW = "2026-01-05 10:00:0{0},view,u{0},s{0}\n"
FILES = {
    # Spark takes the name of the first for a pattern.
    "pattern": {"a?.csv": [1], "ab.csv": [2], "c.csv": [3]},
    "plain": {"a.csv": [1, 2]},
    "other": {"a.csv": [1, 2, 3]},
}


@pytest.mark.integration
def test_odd_sources_that_are_read_together_have_each_row_once(spark, cli, capsys, tmp_path):
    texts = {
        (source, name): f"{HEADER}\n" + "".join(ROW.format(n) for n in numbers)
        for source, files in FILES.items()
        for name, numbers in files.items()
    }
    # Columns in another order: the rows of all sources are judged together, and this fails once.
    texts["moved", "a.csv"] = f"{HEADER}\n{ROW.format(1)}"
    texts["moved", "b.csv"] = "shop,login,ts,action\ns2,u2,2026-01-05 10:00:02,view\n"
    texts["folders", "shop=007/a.csv"] = "ts,action,login\n2026-01-05 10:00:01,view,u1\n"
    texts["folders", "shop=7/a.csv"] = "ts,action,login\n2026-01-05 10:00:02,view,u2\n"
    texts["reserved", "a.csv"] = (
        "ts,action,login,shop,_file,_row,_split,_metadata,_broken_row,row_hash\n"
        "2026-01-05 10:00:01,view,u1,s1,a,b,c,d,e,f\n"
    )
    for (source, name), text in texts.items():
        file = tmp_path / source / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    sources = sorted({source for source, _ in texts})
    for source in sources:
        mapping = {
            "name": source, "format": "csv", "path": str(tmp_path / source),
            "stream": ["user"], "ids": {"user": "login"}, "identity": "occurrence",
            "columns": {"occurred_at": "ts", "event_name": "action",
                        "item_id": "_file" if source == "reserved" else "shop"},
        }  # fmt: skip
        (tmp_path / f"{source}.yaml").write_text(yaml.safe_dump(mapping))
    conf = tmp_path / "conf.yaml"
    conf.write_text(
        f"warehouse: {{path: {tmp_path / 'warehouse'}, buckets: 4}}\n"
        f"sources: [{', '.join(f'{s}.yaml' for s in sources)}]\ntracking: {{enabled: false}}\n"
    )
    capsys.readouterr()
    code = cli("ingest-events", "--conf", str(conf))
    said = capsys.readouterr()
    assert code == 0, said.err
    assert "StackOverflowError" not in said.err
    events = spark.read.format("delta").load(str(tmp_path / "warehouse" / "events"))
    items = {}
    for row in events.select("source", "item_id").collect():
        items.setdefault(row["source"], []).append(row["item_id"])
    assert {source: sorted(found) for source, found in items.items()} == {
        "pattern": ["s1", "s2", "s3"],
        "plain": ["s1", "s2"],
        "other": ["s1", "s2", "s3"],
        "moved": ["s1", "s2"],
        "folders": ["007", "7"],
        "reserved": ["a"],
    }


@pytest.mark.integration
def test_sources_that_stopped_are_told_together_and_the_others_are_read(
    spark, cli, capsys, tmp_path
):
    """Each by itself would never do: what one command reads again the next one has forgotten."""

    def write(name, *numbers):
        rows = [(f"2026-01-05 10:00:0{n}", "view", f"u{n}") for n in numbers]
        frame = spark.createDataFrame(rows, "ts string, action string, login string").coalesce(1)
        frame.write.format("delta").mode("append").save(str(tmp_path / name))

    names = ("anew", "anew_too", "as_before")
    for name in names:
        write(name, 1)
        mapping = {
            "name": name, "format": "delta", "path": str(tmp_path / name),
            "stream": ["user"], "ids": {"user": "login"}, "identity": "content",
            "columns": {"occurred_at": "ts", "event_name": "action"},
        }  # fmt: skip
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(mapping))
    conf = tmp_path / "conf.yaml"
    conf.write_text(
        f"warehouse: {{path: {tmp_path / 'warehouse'}, buckets: 4}}\n"
        f"sources: [{', '.join(f'{n}.yaml' for n in names)}]\ntracking: {{enabled: false}}\n"
    )
    assert cli("ingest-events", "--conf", str(conf)) == 0
    for name in names[:2]:
        shutil.rmtree(tmp_path / name)
        write(name, 1)
    for name in names:
        write(name, 2)
    capsys.readouterr()
    assert cli("ingest-events", "--conf", str(conf), "--resync", "anew") == 2
    said = capsys.readouterr().err
    assert "as_before: 1 rows read, 1 used" in said
    assert "source 'anew_too': its stream cannot go on" in said
    command = ("--resync", "anew", "--resync", "anew_too")
    assert f"`desirelines ingest-events {' '.join(command)}`" in said
    assert cli("ingest-events", "--conf", str(conf), *command) == 0
    assert cli("ingest-events", "--conf", str(conf)) == 0
    events = spark.read.format("delta").load(str(tmp_path / "warehouse" / "events"))
    assert events.groupBy("source").count().orderBy("source").collect() == [
        (name, 2) for name in names
    ]

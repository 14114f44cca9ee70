"""A Delta source that was rewritten is read on; nothing is read twice."""

import pytest

from tests.support import shop
from tests.support.ingest import ingest


@pytest.mark.integration
def test_a_source_that_was_rewritten_is_read_on_and_nobody_comes_back(spark, cli, capsys, tmp_path):
    shop.configure(tmp_path)
    mapping = tmp_path / "shop.yaml"
    mapping.write_text(mapping.read_text().replace("format: csv", "format: delta"))
    source = str(tmp_path / "in")

    def write(rows):
        spark.createDataFrame(rows).coalesce(1).write.format("delta").mode("append").save(source)

    first, second, third = shop.rows(0, 2), shop.rows(2, 3), shop.rows(3, 4)
    write(first)
    assert ingest(cli, capsys, tmp_path)[0] == 0
    erased = [r for r in first if r["cookie"] == "cookie0"]
    assert erased
    spark.sql(f"DELETE FROM delta.`{source}` WHERE cookie = 'cookie0'")
    write(second)
    spark.sql(f"OPTIMIZE delta.`{source}`").collect()
    code, output = ingest(cli, capsys, tmp_path)
    assert code == 0
    assert (
        f"shop: DELETE at version 1 deleted or changed {len(erased)} rows; "
        "nothing is read twice\n" in output
    )
    assert f"shop: {len(second)} rows read, {len(second)} used" in output
    spark.createDataFrame([*third, second[0] | {"url": "/elsewhere"}]).createOrReplaceTempView(
        "brought"
    )
    spark.sql(
        f"MERGE INTO delta.`{source}` t USING brought b ON t.id = b.id WHEN MATCHED "
        "THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
    )
    code, output = ingest(cli, capsys, tmp_path)
    assert code == 0
    assert (
        f"the rows it added ({len(third) + 1}) were not read: "
        "run `desirelines ingest-events --resync shop`" in output
    )
    capsys.readouterr()
    assert cli("ingest-events", "--conf", str(tmp_path / "conf.yaml"), "--resync", "shop") == 0
    there = len(first) - len(erased) + len(second)
    assert f"{there - 1} duplicate, 1 conflict, {len(third)} used" in capsys.readouterr().err
    code, output = ingest(cli, capsys, tmp_path)
    assert (code, "rows read" in output, "MERGE" in output) == (0, False, False)
    assert spark.read.format("delta").load(str(tmp_path / "warehouse" / "events")).count() == len(
        first + second + third
    )

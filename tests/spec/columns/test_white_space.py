"""White space around a value goes, in Spark as in Python; that inside stays."""

from pyspark.sql import functions as F

from desirelines.columns.white_space import WHITE_SPACE, trimmed, trimmed_text


def test_both_ways_agree(spark):
    texts = [f"{c}a{c}b{c}" for c in WHITE_SPACE] + [
        "view\r",
        "\tview",
        "\u00a0 view \u200b",
        " ",
        "",
    ]
    rows = spark.createDataFrame([(t,) for t in texts], "text string")
    found = {r[0]: r[1] for r in rows.select("text", trimmed(F.col("text"))).collect()}
    assert found == {t: trimmed_text(t) for t in texts}
    assert found["view\r"] == found["\tview"] == found["\u00a0 view \u200b"] == "view"
    assert found[" "] == ""
    assert all(found[f"{c}a{c}b{c}"] == f"a{c}b" for c in WHITE_SPACE)

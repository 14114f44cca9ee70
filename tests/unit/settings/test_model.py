"""The hash of settings."""

import pytest

from desirelines.settings import Settings, read_settings


def test_the_hash_tells_settings_that_change_tables_from_settings_that_do_not():
    plain = Settings().hash
    assert read_settings([], ["clusters.k=5"]).hash != plain
    assert (
        read_settings(
            [], ["warehouse.path=elsewhere", "spark.shuffle_partitions=3", "report.path=x.html"]
        ).hash
        == plain
    )


@pytest.mark.parametrize(
    ("inbox", "is_refused"),
    [("tables/erasure", True), ("tables/../tables", True), ("erasure", False), ("s3://a/b", False)],
)
def test_the_inbox_of_erasure_is_not_where_a_scan_looks(tmp_path, inbox, is_refused):
    folder = tmp_path / "tables"
    given = {
        "warehouse": {"path": str(folder)},
        "erasure": {"inbox": inbox if ":" in inbox else str(tmp_path / inbox)},
    }
    if is_refused:
        with pytest.raises(ValueError, match="in the warehouse's folder"):
            Settings.model_validate(given)
    else:
        Settings.model_validate(given)

"""The hash of settings."""

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

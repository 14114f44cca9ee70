"""Components in rounds against networkx; and a law of their numbers."""

import networkx as nx
import numpy as np
import pytest
from pyspark.sql import functions as F

from desirelines.identities.components import number_of, to_components


@pytest.mark.parametrize(
    "most_local", [0, 40, 100, 1000]
)  # all in rounds; rounds, then one task; one task of numbers; of names
def test_components_are_networkx_components_wherever_they_are_found(spark, most_local):
    random = np.random.default_rng(11)
    chain = [(f"k{n:03d}", f"k{n + 1:03d}") for n in range(150)]
    star = [("hub", f"s{n:03d}") for n in range(100)]
    loose = [(f"r{a}", f"r{b}") for a, b in random.integers(0, 150, (100, 2))]
    links = chain + star + loose
    found = to_components(
        spark.createDataFrame(links, "key string, other_key string"), most_local=most_local
    ).collect()
    groups = {}
    for row in found:
        groups.setdefault(row["component_key"], set()).add(row["key"])
    wanted = {
        frozenset(g) for g in nx.connected_components(nx.Graph([p for p in links if p[0] != p[1]]))
    }
    assert {frozenset(g) for g in groups.values()} == wanted
    assert len(found) == sum(map(len, wanted))


def test_two_names_never_have_one_number(spark):
    names = spark.createDataFrame([(n,) for n in ("ann", "ben", "cat")], "key string")

    def poor(name, salt):  # three names do not fit into the first hash
        return F.pmod(F.xxhash64(F.col(name)), F.lit(1000 if salt else 2))

    number = number_of(names, poor)
    assert names.select(number("key")).distinct().count() == 3
    assert names.select(poor("key", 0)).distinct().count() < 3

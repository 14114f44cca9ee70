"""Which batches are new since a stage last ran."""

from desirelines.views.batches import new_batches, newest_batches


def test_a_batch_is_new_until_its_number_was_seen(second_run):
    ((query, number),) = newest_batches(second_run).items()
    assert number == 1  # one delivery a run
    for seen, names, runs in (
        ({}, [f"{query}:0", f"{query}:1"], ["first", "second"]),
        ({"another": 9}, [f"{query}:0", f"{query}:1"], ["first", "second"]),
        ({query: 0}, [f"{query}:1"], ["second"]),
        ({query: 1}, [], []),
    ):
        new = new_batches(second_run, seen)
        assert (new.names, new.runs) == (names, runs), seen

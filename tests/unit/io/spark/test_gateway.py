"""What Java writes is passed on to standard error, but for lines that say nothing."""

import os

import pytest

from desirelines.io.spark import gateway


@pytest.mark.parametrize(
    ("written", "shown_of_it"),
    [
        (b"WARNING: Using incubator modules: jdk.incubator.vector\n", b""),
        (b"Deleted 12 files and directories in a total of 3 directories.\n", b""),
        (b"Deleted 12 files\n", b"Deleted 12 files\n"),
        (b"Could not reserve enough space\n", b"Could not reserve enough space\n"),
        (b"a last line without an end", b"a last line without an end"),
    ],
)
def test_of_what_java_writes_only_the_noise_is_left_out(written, shown_of_it, capfdbinary):
    read, write = os.pipe()
    os.write(write, written)
    os.close(write)
    gateway._pass_on(read)
    assert capfdbinary.readouterr().err == shown_of_it

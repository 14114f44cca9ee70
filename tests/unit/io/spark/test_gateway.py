"""What Java writes to standard error is passed on, but for lines that say nothing."""

import os

import pytest

from desirelines.io.spark import gateway


@pytest.mark.parametrize(
    ("written", "shown_of_it"),
    [
        (b"".join(gateway.NOISE), b""),
        (b"Could not reserve enough space\n", b"Could not reserve enough space\n"),
        (b"a last line without an end", b"a last line without an end"),
    ],
)
def test_of_javas_errors_only_the_noise_is_left_out(written, shown_of_it, capfdbinary):
    read, write = os.pipe()
    os.write(write, written)
    os.close(write)
    gateway._pass_on(read)
    assert capfdbinary.readouterr().err == shown_of_it

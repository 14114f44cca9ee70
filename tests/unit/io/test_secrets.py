import stat

import pytest

from desirelines.errors import SettingsError
from desirelines.io.secrets import read_secret, read_secrets, write_secret
from desirelines.settings.model import Secrets


def test_a_written_secret_is_random_private_and_kept(tmp_path):
    one, two = tmp_path / "deep" / "one", tmp_path / "two"
    assert write_secret(str(one))
    assert write_secret(str(two))
    assert stat.S_IMODE(one.stat().st_mode) == 0o600
    first = read_secret(str(one), "secrets.data_file")
    assert first != read_secret(str(two), "secrets.data_file")
    assert not write_secret(str(one))
    assert read_secret(str(one), "secrets.data_file") == first


def test_a_secret_that_is_missing_short_or_open_stops_the_run(tmp_path):
    file = tmp_path / "secret"
    with pytest.raises(SettingsError, match=r"secrets\.data_file: there is no secret"):
        read_secret(str(file), "secrets.data_file")
    file.touch(mode=0o600)
    file.write_text("short")
    with pytest.raises(SettingsError, match="holds 5 bytes"):
        read_secret(str(file), "secrets.data_file")
    file.write_text("x" * 40)
    file.chmod(0o640)
    with pytest.raises(SettingsError, match="can be read by others"):
        read_secret(str(file), "secrets.data_file")


def test_random_bytes_may_end_in_blanks_and_a_text_in_the_end_of_its_line(tmp_path):
    for written, secret in (
        (bytes(range(200, 231)) + b"\n", bytes(range(200, 231)) + b"\n"),
        (bytes(range(200, 232)) + b"\n", bytes(range(200, 232))),
    ):
        file = tmp_path / "secret"
        file.touch(mode=0o600)
        file.write_bytes(written)
        assert read_secret(str(file), "secrets.data_file") == secret


@pytest.mark.parametrize(
    "text",
    [
        "x" * 40,
        "ab" * 20,
        "1234567" * 6,
        "0123456789abcde" * 4,
        "password" * 5,
        "aababbaaabbbababbbaabaabbbababaababbabba",
    ],
)
def test_what_anybody_can_guess_is_no_secret(tmp_path, text):
    file = tmp_path / "secret"
    file.touch(mode=0o600)
    file.write_text(text)
    with pytest.raises(
        SettingsError, match=r"secrets\.data_file: .*that anybody can guess.*desirelines init"
    ):
        read_secret(str(file), "secrets.data_file")


def test_one_secret_for_both_is_refused(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for file in (one, two):
        file.touch(mode=0o600)
    secret = b"a secret of forty bytes, as long as this"
    one.write_bytes(secret)
    with pytest.raises(SettingsError, match="hold the same secret"):
        read_secrets(Secrets(data_file=str(one), suppression_file=str(one)))
    for same in (b"\n" + secret + b" ", secret + b"\0"):  # HMAC fills a key up with zeros
        two.write_bytes(same)
        with pytest.raises(SettingsError, match="hold the same secret"):
            read_secrets(Secrets(data_file=str(one), suppression_file=str(two)))
    two.write_bytes(b"another " + secret)
    assert read_secrets(Secrets(data_file=str(one), suppression_file=str(two))) == (
        secret,
        b"another " + secret,
    )

"""Rates that cannot be trusted stop a run, and so does another currency than before."""

import gzip

import pytest

from desirelines.errors import SourceError
from desirelines.io.sources.rates import check_rates
from desirelines.settings.model import Rates, Site
from tests.support.attempts import attempt


@pytest.mark.integration
def test_rates_that_cannot_be_trusted_and_another_currency_than_before(cli, capsys, small_shop):
    rates = small_shop / "rates.csv"
    given = ("--set", f"site.rates.path={rates}")
    for text, said in {
        "currency,from_on,rate\nUSD,2026-03-01,0.9\nUSD,2026-03-01,0.8\n": (
            "two rates of one currency and day"
        ),
        "currency,from_on,rate\nUSD,2026-03-01,0\nUSD,soon,0.8\ndollar,2026-03-01,1\n"
        "GBP,2026-03-01,1.2\n": "3 of 4 lines of",
        "currency,day,rate\nUSD,2026-03-01,0.9\n": "has no from_on. It has: currency, day, rate",
    }.items():
        rates.write_text(text)
        code, output = attempt(cli, capsys, small_shop, *given, command="ingest-events")
        assert (code, said in output) == (2, True), output
    rates.unlink()
    code, output = attempt(cli, capsys, small_shop, *given, command="ingest-events")
    assert (code, "rates.csv cannot be read as csv" in output) == (2, True), output
    assert not (small_shop / "warehouse" / "events").exists()
    assert attempt(cli, capsys, small_shop, command="ingest-events")[0] == 0
    code, output = attempt(
        cli, capsys, small_shop, "--set", "site.currency=USD", command="ingest-events"
    )
    assert code == 2
    assert "site.currency is USD, but events hold EUR" in output


def test_a_file_of_rates_that_is_cut_short(spark, tmp_path):
    lines = [f"US{c},2026-03-{d:02},0.{d}{ord(c)}" for c in "ABCDEFGH" for d in range(1, 29)]
    whole = gzip.compress("\n".join(["currency,from_on,rate", *lines]).encode())
    (tmp_path / "rates.csv.gz").write_bytes(whole[: len(whole) // 2])
    site = Site(rates=Rates(path=str(tmp_path / "rates.csv.gz"), format="csv"))
    with pytest.raises(SourceError, match=r"cannot be read as csv \(FAILED_READ_FILE"):
        check_rates(spark, site)

"""Devices: platforms, user agents, and clocks that are wrong."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.synthetic.chance import one_of
from desirelines.synthetic.scope import DAY_MS, HOUR_MS, Scope

BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
)
PHONES = (
    "Shop/4.2 (Android 14; Pixel 8)",
    "Shop/4.2 (Android 13; SM-A546B)",
    "Mozilla/5.0 (Linux; Android 12; CUBOT KINGKONG 7) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/130.0.0.0",
)
CUBOT_SHARE = 0.04
APPLE = "Shop/4.2 (iOS 18.1; iPhone15,4)"
TABLET = "Shop/4.2 (iPadOS 18.1; iPad14,1)"
NO_AGENT_SHARE = 0.03
SKEWED_SHARE = 0.02
PLATFORMS = ("web", "android", "ios")


def platform(scope: Scope) -> Column:
    """The device's platform: web, android or ios."""
    drawn = scope.chance.whole(len(PLATFORMS), "platform", F.col("anonymous_id"))
    return F.when(F.col("on_tablet"), F.lit("ios")).otherwise(one_of(PLATFORMS, drawn))


def user_agent(scope: Scope) -> Column:
    """The device's user agent.

    It is null for some devices. For a few it is a phone brand with "bot" in its name.
    """
    device = F.col("anonymous_id")
    kind = platform(scope)
    cubot = scope.chance.happens(CUBOT_SHARE, "cubot", device)
    android = F.when(cubot, F.lit(PHONES[2])).otherwise(
        one_of(PHONES[:2], scope.chance.whole(2, "phone", device))
    )
    agent = (
        F.when(F.col("on_tablet"), F.lit(TABLET))
        .when(kind == "web", one_of(BROWSERS, scope.chance.whole(len(BROWSERS), "browser", device)))
        .when(kind == "android", android)
        .otherwise(F.lit(APPLE))
    )
    return F.when(~scope.chance.happens(NO_AGENT_SHARE, "no agent", device), agent)


def clock_error_ms(scope: Scope) -> Column:
    """Milliseconds (long) by which the device's clock is ahead, or behind if negative.

    It is 0 for 98 of 100 devices, else hours or days.
    """
    device = F.col("anonymous_id")
    size = scope.chance.whole(20, "clock error", device) + 1
    days_off = scope.chance.happens(0.4, "clock days", device)
    error = F.when(days_off, size * F.lit(DAY_MS)).otherwise(size * F.lit(HOUR_MS))
    signed = F.when(scope.chance.happens(0.5, "clock behind", device), -error).otherwise(error)
    return (
        F.when(scope.chance.happens(SKEWED_SHARE, "clock", device), signed)
        .otherwise(F.lit(0))
        .cast("long")
    )

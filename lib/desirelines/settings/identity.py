"""Settings of identity: identifiers, the links between them, and owners of shared devices."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt

from desirelines.catalogue.no_identifiers import NO_IDENTIFIERS
from desirelines.settings.strict import Strict


class Identity(Strict):
    """How identifiers are compared, which links are followed, and who owns a shared device."""

    login_type: str = "user"
    unique_types: tuple[str, ...] = ("user",)
    most_links: dict[str, PositiveInt] = Field(
        default_factory=lambda: dict.fromkeys(
            ("email", "phone", "loyalty_card", "device", "cookie"), 50
        )
    )
    most_keys: PositiveInt = 500
    attribution: Literal["next_login", "last_login", "never"] = "next_login"
    attribution_hours: PositiveFloat = 24
    type_order: tuple[str, ...] = (
        "user",
        "customer",
        "loyalty_card",
        "email",
        "phone",
        "device",
        "cookie",
    )
    caseless_types: tuple[str, ...] = ("email",)
    junk_values: tuple[str, ...] = NO_IDENTIFIERS

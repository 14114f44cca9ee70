"""The rules that decide the fates of the rows of a batch: its mapping and some settings.

They are stored with the batch.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from desirelines.settings.model import Settings
from desirelines.settings.source import Source
from desirelines.settings.strict import Strict

_NOT_JUDGED_BY = ("path", "table", "may_be_empty", "keep_bots", "erasable")
"""Parts of a mapping that affect neither the fate of a row nor the content of an event.

Addresses may contain credentials, so they are not stored.
"""
_JUDGED_BY: dict[str, tuple[str, ...]] = {
    "ingest": ("late_days", "future_minutes", "floor_date"),
    "identity": ("login_type", "caseless_types", "junk_values"),
    "site": ("currency",),
}


class Rules(Strict):
    """The rules of a batch. Contain no address and no secret.

    Attributes:
        mapping: the source's mapping that was used, without the parts that affect nothing.
        carry_days: how long a rate is valid; null without a table of rates.
        rates: digest of the table of rates; null without one.
    """

    mapping: dict[str, Any]
    late_days: float
    future_minutes: float
    floor_date: date
    login_type: str
    caseless_types: tuple[str, ...]
    junk_values: tuple[str, ...]
    currency: str
    carry_days: int | None
    rates: str | None

    @classmethod
    def of(cls, source: Source, settings: Settings, rates: str | None) -> Rules:
        """The rules in a mapping and the settings; `rates` is the digest of the table of rates."""
        mapping = source.model_dump(mode="json", exclude={*_NOT_JUDGED_BY})
        for identifier in mapping["ids"].values():
            del identifier["keep_value"]
        if mapping["alias"] is not None:
            del mapping["alias"]["keep_value"]
        judged = {
            name: getattr(getattr(settings, part), name)
            for part, names in _JUDGED_BY.items()
            for name in names
        }
        carry_days = None if settings.site.rates is None else settings.site.rates.carry_days
        return cls(mapping=mapping, carry_days=carry_days, rates=rates, **judged)

    @property
    def text(self) -> str:
        """The rules as JSON; equal rules have an equal text."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the rules, 32 hex digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:32]

    def mapping_for(self, source: Source) -> Source:
        """The mapping of these rules, with the address and `keep_value` of `source`."""
        kept = {t for t, i in source.ids.items() if i.keep_value}
        ids = {t: i | {"keep_value": t in kept} for t, i in self.mapping["ids"].items()}
        return Source.model_validate(
            self.mapping | {"ids": ids} | {n: getattr(source, n) for n in _NOT_JUDGED_BY}
        )

    def settings_for(self, settings: Settings) -> Settings:
        """The settings, with the values of these rules in place of the current ones."""
        parts: dict[str, Any] = {}
        for part, names in _JUDGED_BY.items():
            parts[part] = getattr(settings, part).model_copy(
                update={name: getattr(self, name) for name in names}
            )
        if self.carry_days is not None and settings.site.rates is not None:
            rates = settings.site.rates.model_copy(update={"carry_days": self.carry_days})
            parts["site"] = parts["site"].model_copy(update={"rates": rates})
        return settings.model_copy(update=parts)

"""Settings as a run saves them with its parameters, and as a later command reads them again."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from desirelines.settings.model import Settings, hash_of

_NOWHERE = "no longer configured"
"""Stands for the path of a source that the present configuration does not have."""


def to_saved(settings: Settings) -> str:
    """What decides the content of tables, as JSON: no secret, and no path or table of a source.

    An address of MLflow with a password in it is left out.
    """
    content = settings.content
    if "@" in (settings.tracking.tracking_uri or ""):
        del content["tracking"]["tracking_uri"]
    return json.dumps(content, sort_keys=True)


def from_saved(saved: str, present: Settings, *, config_hash: str) -> Settings | None:
    """The settings that were saved, with the places, secrets and session of the present ones.

    Settings that were added to desirelines since have their default. Null if what was saved has
    another hash than this, or cannot be read any more.
    """
    content: dict[str, Any] = json.loads(saved)
    now = present.model_dump(mode="json", by_alias=True)
    content["tracking"] = {"tracking_uri": now["tracking"]["tracking_uri"]} | content["tracking"]
    if hash_of(content) != config_hash:
        return None
    for part in ("secrets", "spark", "report", "publish"):
        content[part] = now[part]
    content["warehouse"] = now["warehouse"] | content["warehouse"]
    places = {source.name: source for source in present.sources}
    for source in content["sources"]:
        place = places.get(source["name"])
        if place is not None and place.table is not None and source["format"] == "delta":
            source["table"] = place.table
        else:
            source["path"] = _NOWHERE if place is None or place.path is None else place.path
    try:
        return Settings.model_validate(content)
    except ValidationError:
        return None

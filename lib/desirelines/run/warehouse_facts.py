"""What is settled when a warehouse is begun and holds for its life: the secrets, and the settings that are in every key and row.

Under another secret, or by another rule for identifiers, everybody who comes again would be somebody new, and nobody could tell. So
they stand in `warehouse_facts`, written once, and every command compares before it writes.
"""

from __future__ import annotations

from desirelines.columns.keys import fingerprint_of, key_of
from desirelines.errors import SettingsError
from desirelines.io.secrets import read_secrets
from desirelines.io.tables.facts import known_facts, some_identifiers, write_facts
from desirelines.io.tables.store import Warehouse
from desirelines.run.context import Run
from desirelines.settings import Settings
from desirelines.tables import EVENTS

DATA, SUPPRESSION, BUCKETS, CURRENCY, PURPOSE, LOGIN, CASELESS = (
    "data_secret",
    "suppression_secret",
    "buckets",
    "currency",
    "consent_purpose",
    "login_type",
    "caseless:",
)
VALUES_LOOKED_AT = 20
"""Kept raw values by which it is seen whether the data secret fits a warehouse without facts."""


def check(run: Run) -> None:
    """Compare what is settled with this command's secrets and settings; what is not settled yet is, before the first write.

    Cost: one read of a small table; one MERGE in the life of a warehouse, and one when an identifier type first comes.

    Raises:
        SettingsError: another secret or setting than the warehouse was begun with, or a secret that is none; nothing was written.
    """
    wanted = wanted_facts(run.settings)
    known = known_facts(run.warehouse)
    refuse_others(known, wanted, run.settings)
    missing = {name: value for name, value in wanted.items() if name not in known}
    if not missing:
        return
    if DATA in missing:
        _adopt(run)
    run.warehouse.before_first_write = lambda: _settle(run, missing)


def compare(run: Run) -> None:
    """Compare only: for commands that write nothing, and use a secret or tell what a run would do. Cost: one small read.

    Raises:
        SettingsError: as `check`.
    """
    refuse_others(known_facts(run.warehouse), wanted_facts(run.settings), run.settings)


def look(warehouse: Warehouse, settings: Settings) -> tuple[str, bool]:
    """What `check` says of it, and whether somebody should look: events are there, and no facts to compare with.

    Raises:
        SettingsError: as `check`.
    """
    known = known_facts(warehouse)
    refuse_others(known, wanted_facts(settings), settings)
    if DATA in known:
        return "those the warehouse was begun with", False
    if warehouse.exists(EVENTS):
        return (
            "not settled, and events are there: the next command that writes takes these for the warehouse's own",
            True,
        )
    return "not settled yet; the first run does, for good", False


def wanted_facts(settings: Settings) -> dict[str, str]:
    """What these secrets and settings would settle, by name.

    Raises:
        SettingsError: a secret cannot be used, or both are the same.
    """
    data, suppression = read_secrets(settings.secrets)
    types = sorted(
        {t for source in settings.sources for t in source.ids} | {settings.identity.login_type}
    )
    return {
        DATA: fingerprint_of(data, DATA),
        SUPPRESSION: fingerprint_of(suppression, SUPPRESSION),
        BUCKETS: str(settings.warehouse.buckets),
        CURRENCY: settings.site.currency,
        PURPOSE: settings.consent.purpose,
        LOGIN: settings.identity.login_type,
    } | {CASELESS + t: str(t in settings.identity.caseless_types).lower() for t in types}


def refuse_others(known: dict[str, set[str]], wanted: dict[str, str], settings: Settings) -> None:
    """Compare; a fact that is not known yet, or a type that no source has any more, is no difference.

    Raises:
        SettingsError: with every difference and what to do.
    """
    others = [name for name, value in wanted.items() if known.get(name, {value}) != {value}]
    if others:
        raise SettingsError(_sentence(name, known[name], settings) for name in others)


def _sentence(name: str, known: set[str], settings: Settings) -> str:
    files, settled = settings.secrets, " and ".join(sorted(known))
    where = settings.warehouse.path
    if settings.warehouse.catalog:
        where = f"{settings.warehouse.catalog}.{settings.warehouse.schema_}"
    end = f"or begin another warehouse than {where}."
    if name == DATA:
        return (
            f"secrets.data_file: {files.data_file} is another secret than the warehouse's. Under it everybody who comes again would be "
            f"somebody new. Put the file back that the warehouse was begun with, {end}"
        )
    if name == SUPPRESSION:
        return (
            f"secrets.suppression_file: {files.suppression_file} is another secret than the warehouse's. Under it nobody who was erased would "
            f"be known again. Put the file back that the warehouse was begun with, {end}"
        )
    if name == BUCKETS:
        return f"warehouse.buckets is {settings.warehouse.buckets}, and its tables are laid out by {settled}. Set it back, {end}"
    if name == CURRENCY:
        return f"site.currency is {settings.site.currency}, and events hold {settled}. Set it back, {end}"
    if name == PURPOSE:
        return (
            f"consent.purpose is '{settings.consent.purpose}', and what people agreed to or refused is kept for '{settled}': it would be "
            f"forgotten. Set it back, {end}"
        )
    if name == LOGIN:
        return f"identity.login_type is '{settings.identity.login_type}', and events hold logins of type '{settled}'. Set it back, {end}"
    of = name.removeprefix(CASELESS)
    return (
        f"identity.caseless_types: keys of type '{of}' were made {'without' if known == {'true'} else 'with'} regard to case, and made "
        f"otherwise the same people would be new ones. {'Add' if known == {'true'} else 'Take out'} '{of}', {end}"
    )


def _adopt(run: Run) -> None:
    """Take a warehouse for that of these secrets which holds events, and no facts: it is older than they are, or has lost them.

    Raises:
        SettingsError: it keeps raw values, and their keys are made with another data secret.
    """
    if not run.warehouse.exists(EVENTS):
        return
    kept = some_identifiers(run.warehouse, VALUES_LOOKED_AT)
    if any(key_of(run.data_secret, row["key_type"], row["value"]) != row["key"] for row in kept):
        raise SettingsError([_sentence(DATA, set(), run.settings)])
    how = (
        "its kept values have keys under the data secret"
        if kept
        else "whether they are the right ones no table can tell"
    )
    run.progress.say(
        f"the warehouse has no facts of its secrets: those of now are taken for its own, and hold from now on; {how}"
    )


def _settle(run: Run, missing: dict[str, str]) -> None:
    """Write what is not settled; of two commands that begin at once the second is refused by the first's facts."""
    write_facts(run.warehouse, missing, run_id=run.run_id, recorded_at=run.read_at)
    refuse_others(known_facts(run.warehouse), missing, run.settings)

"""Facts fixed for the life of a warehouse: its secrets, and settings in every key and row.

Under another secret, or another rule for identifiers, everybody who returns would be a new person,
and nothing would show it. So these facts are written once to `warehouse_facts`, and every command
compares its own with them before it writes.
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
"""Kept raw values that are tested against the data secret in a warehouse without facts."""


def check(run: Run) -> None:
    """Compare the facts with this command's secrets and settings; write missing facts.

    Missing facts are written before the first write. Cost: one read of a small table; one MERGE in
    the life of a warehouse, and one when a new identifier type first comes.

    Raises:
        SettingsError: a secret or setting differs from the warehouse's, or a secret cannot be used;
            nothing was written.
    """
    wanted = wanted_facts(run.settings)
    facts = known_facts(run.warehouse)
    refuse_others(facts, wanted, run.settings)
    missing = {name: value for name, value in wanted.items() if name not in facts}
    if not missing:
        return
    if DATA in missing:
        _adopt(run)
    run.warehouse.before_first_write = lambda: _settle(run, missing)


def compare(run: Run) -> None:
    """Compare only: for commands that write nothing, and use a secret or plan a run.

    Cost: one small read.

    Raises:
        SettingsError: as `check`.
    """
    refuse_others(known_facts(run.warehouse), wanted_facts(run.settings), run.settings)


def look(warehouse: Warehouse, settings: Settings) -> tuple[str, bool]:
    """The message of `check`, and whether somebody should look.

    Somebody should look when there are events but no facts to compare with.

    Raises:
        SettingsError: as `check`.
    """
    facts = known_facts(warehouse)
    refuse_others(facts, wanted_facts(settings), settings)
    if DATA in facts:
        return "those the warehouse was created with", False
    if warehouse.exists(EVENTS):
        return (
            "not recorded, but events are there: the next command that writes records these as the "
            "warehouse's own",
            True,
        )
    return "not recorded yet; the first run records them for good", False


def wanted_facts(settings: Settings) -> dict[str, str]:
    """The facts that follow from these secrets and settings, by name.

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


def refuse_others(
    recorded: dict[str, set[str]], wanted: dict[str, str], settings: Settings
) -> None:
    """Refuse differing facts; a missing fact, or a type that no source has now, is no difference.

    Raises:
        SettingsError: with every difference and what to do next.
    """
    others = [name for name, value in wanted.items() if recorded.get(name, {value}) != {value}]
    if others:
        raise SettingsError(_sentence(name, recorded[name], settings) for name in others)


def _sentence(name: str, values: set[str], settings: Settings) -> str:
    files, recorded = settings.secrets, " and ".join(sorted(values))
    where = settings.warehouse.path
    if settings.warehouse.catalog:
        where = f"{settings.warehouse.catalog}.{settings.warehouse.schema_}"
    end = f"or create another warehouse than {where}."
    if name == DATA:
        return (
            f"secrets.data_file: {files.data_file} is another secret than the warehouse's. Under "
            "it everybody who returns would be a new person. "
            f"Put the file back that the warehouse was created with, {end}"
        )
    if name == SUPPRESSION:
        return (
            f"secrets.suppression_file: {files.suppression_file} is another secret than the "
            "warehouse's. Under it nobody who was erased would be recognised. "
            f"Put the file back that the warehouse was created with, {end}"
        )
    if name == BUCKETS:
        return (
            f"warehouse.buckets is {settings.warehouse.buckets}, but its tables are laid out by "
            f"{recorded}. Set it back, {end}"
        )
    if name == CURRENCY:
        return (
            f"site.currency is {settings.site.currency}, but events hold {recorded}. "
            f"Set it back, {end}"
        )
    if name == PURPOSE:
        return (
            f"consent.purpose is '{settings.consent.purpose}', but the consent of people is kept "
            f"for '{recorded}': it would be lost. Set it back, {end}"
        )
    if name == LOGIN:
        return (
            f"identity.login_type is '{settings.identity.login_type}', but events hold logins of "
            f"type '{recorded}'. Set it back, {end}"
        )
    id_type = name.removeprefix(CASELESS)
    is_caseless = values == {"true"}
    return (
        f"identity.caseless_types: keys of type '{id_type}' were made "
        f"{'without' if is_caseless else 'with'} regard to case. Made otherwise, the same people "
        f"would be new people. {'Add' if is_caseless else 'Take out'} '{id_type}', {end}"
    )


def _adopt(run: Run) -> None:
    """Accept these secrets for a warehouse with events but no facts.

    Such a warehouse is older than the facts table, or has lost it.

    Raises:
        SettingsError: it keeps raw values whose keys were made with another data secret.
    """
    if not run.warehouse.exists(EVENTS):
        return
    kept = some_identifiers(run.warehouse, VALUES_LOOKED_AT)
    if any(key_of(run.data_secret, row["key_type"], row["value"]) != row["key"] for row in kept):
        raise SettingsError([_sentence(DATA, set(), run.settings)])
    evidence = (
        "its kept values fit the data secret"
        if kept
        else "no table can show whether they are the right ones"
    )
    run.progress.say(
        "the warehouse has no facts about its secrets: the current ones are recorded as its own "
        f"and hold from now on; {evidence}"
    )


def _settle(run: Run, missing: dict[str, str]) -> None:
    """Write missing facts.

    Of two commands that begin at once, the second is refused if its facts differ from the first's.
    """
    write_facts(run.warehouse, missing, run_id=run.run_id, recorded_at=run.read_at)
    refuse_others(known_facts(run.warehouse), missing, run.settings)

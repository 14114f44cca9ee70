"""Words in which systems write consent: in lower case, without hyphens, underscores and spaces.

In English as programs write it, and yes and no in other languages of shops.
"""

from __future__ import annotations

GRANTED = (
    "true", "t", "1", "1.0", "yes", "y", "on", "granted", "grant", "given", "give", "accepted",
    "accept", "acceptall", "allowed", "allow", "allowall", "agreed", "agree", "consented",
    "consent", "optedin", "optin", "in", "subscribed", "subscribe", "enabled", "active", "ok",
    "approved", "confirmed", "checked", "acceptedall", "allowedall", "consentgiven",
    "consentgranted", "explicitconsentgiven", "doubleoptin", "singleoptin", "confirmedoptin",
    "1.00", "ja", "oui", "si", "sí", "sim", "tak", "да", "так", "evet", "ano", "kyllä", "はい",
    "是", "예", "نعم", "wahr", "vrai", "verdadero", "waar", "✓", "✔", "☑",
)  # fmt: skip
REFUSED = (
    "false", "f", "0", "0.0", "no", "n", "off", "denied", "deny", "refused", "refuse", "rejected",
    "reject", "rejectall", "declined", "decline", "disallowed", "disallow", "disagreed",
    "disagree", "withdrawn", "withdraw", "withdrew", "revoked", "revoke", "optedout", "optout",
    "out", "unsubscribed", "unsubscribe", "disabled", "inactive", "notgranted", "notgiven",
    "notconsented", "none", "never", "expired", "objected", "object",
    "unchecked", "rejectedall", "noconsent", "consentwithdrawn", "consentdenied",
    "consentrefused", "consentrevoked", "withoutconsent", "neversubscribed", "notsubscribed",
    "hardoptout", "0.00", "nein", "non", "nee", "nej", "nei", "não", "nie", "нет", "ні", "hayır",
    "いいえ", "否", "아니요", "لا", "falsch", "faux", "falso", "onwaar", "✗", "✘", "☐",
)  # fmt: skip
UNSAID = (
    "unknown", "unset", "notset", "(notset)", "pending", "undefined", "null", "nil", "na", "n/a",
    "nan", "unanswered", "noanswer", "notasked", "noresponse", "default", "dismissed", "closed",
    "unspecified", "(none)", "", "?",
)  # fmt: skip
"""Words for no statement; a dash is the empty one."""

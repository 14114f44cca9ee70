"""Words in which systems write consent: in lower case, without hyphens, underscores and spaces."""

from __future__ import annotations

GRANTED = (
    "true", "t", "1", "1.0", "yes", "y", "on", "granted", "grant", "given", "give", "accepted",
    "accept", "acceptall", "allowed", "allow", "allowall", "agreed", "agree", "consented",
    "consent", "optedin", "optin", "in", "subscribed", "subscribe", "enabled", "active", "ok",
    "approved", "confirmed",
)  # fmt: skip
REFUSED = (
    "false", "f", "0", "0.0", "no", "n", "off", "denied", "deny", "refused", "refuse", "rejected",
    "reject", "rejectall", "declined", "decline", "disallowed", "disallow", "disagreed",
    "disagree", "withdrawn", "withdraw", "withdrew", "revoked", "revoke", "optedout", "optout",
    "out", "unsubscribed", "unsubscribe", "disabled", "inactive", "notgranted", "notgiven",
    "notconsented", "none", "never", "expired", "objected", "object",
)  # fmt: skip
UNSAID = (
    "unknown", "unset", "notset", "(notset)", "pending", "undefined", "null", "nil", "na", "n/a",
    "nan", "unanswered", "noanswer", "notasked", "noresponse", "default", "dismissed", "closed",
    "unspecified",
)  # fmt: skip
"""Words for no statement."""

"""What systems write where they know no identifier."""

from __future__ import annotations

NO_IDENTIFIERS = (
    # no value
    "null", "none", "nil", "undefined", "unknown", "n/a", "na", "nan", "n.a.", "\\n", "empty",
    "blank", "missing", "void", "default", "not set", "not provided", "not available",
    "not applicable", "not defined", "not found", "no value", "no data", "no id",
    # nobody in particular
    "anonymous", "anon", "guest", "nobody", "visitor", "test", "tester", "dummy", "example",
    "placeholder", "sample", "unauthenticated", "not_authenticated", "notauthenticated",
    "unidentified", "unregistered", "not logged in", "logged out",
    # truth values, errors and objects as text
    "true", "false", "-1", "error", "inf", "infinity", "object object",
    # names of columns
    "id", "ids", "uuid", "guid", "userid", "user_id", "uid", "user", "username", "login", "email",
    "e-mail", "mail", "phone", "cookie", "device", "distinct_id", "anonymous_id", "anonymousid",
    "customer_id", "customerid", "client_id", "clientid", "visitor_id", "visitorid", "device_id",
    "deviceid", "session_id", "sessionid", "account_id", "member_id",
    # what a privacy filter leaves
    "redacted", "masked", "hidden", "removed", "deleted", "filtered", "optout", "opt-out",
    "opted-out",
    # mailboxes that belong to nobody, at any address
    "noreply@", "no-reply@", "no_reply@", "donotreply@", "do-not-reply@", "do_not_reply@",
    "nomail@", "noemail@", "no-email@", "null@", "none@", "nil@", "undefined@", "unknown@", "na@",
    "nan@", "anonymous@", "guest@", "nobody@", "test@", "dummy@", "deleted@", "redacted@",
)  # fmt: skip
"""Words that identify nobody, in lower case; one that ends in @ is a mailbox."""

EMPTY_TEXTS = (
    *("0" * n for n in range(1, 33)), "00000000-0000-0000-0000-000000000000",
    "-", "--", "---", ".", "..", "...", "?", "??", "*", "#", "/", "_", "!", "{}", "[]", "()", "<>",
    '""', "''", "0.00", "0-0", "0/0",
)  # fmt: skip
"""Usual texts of zeros and punctuation alone."""

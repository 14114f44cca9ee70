"""What systems write where they know no identifier."""

from __future__ import annotations

NO_IDENTIFIERS = (
    # no value
    "null", "none", "nil", "undefined", "unknown", "n/a", "na", "nan", "n.a.", "\\n", "empty",
    "blank", "missing", "void", "default", "not set", "not provided", "not available",
    "not applicable", "not defined", "not found", "no value", "no data", "no id",
    "null null", "undefined undefined", "none none", "nul", "n/v", "tbd", "tbc", "k.a.", "s/o",
    # nobody in particular
    "anonymous", "anon", "guest", "nobody", "visitor", "test", "tester", "dummy", "example",
    "placeholder", "sample", "unauthenticated", "not_authenticated", "notauthenticated",
    "unidentified", "unregistered", "not logged in", "logged out",
    "guest user", "anonymous user", "unknown user", "deleted user", "erased", "xx", "xxx", "xxxx",
    # the same in other languages
    "gast", "invité", "invitado", "ospite", "convidado", "gość", "гость", "гість", "misafir",
    "ゲスト", "访客", "游客", "訪客", "게스트", "زائر", "anonym", "anonyme", "anónimo", "anonimo",
    "anônimo", "anoniem", "аноним", "анонім", "匿名", "익명", "مجهول", "unbekannt", "inconnu",
    "desconocido", "desconhecido", "sconosciuto", "onbekend", "okänd", "ukendt", "ukjent",
    "tuntematon", "nieznany", "neznámý", "неизвестно", "неизвестный", "невідомо", "bilinmiyor",
    "不明", "未知", "알 수 없음", "غير معروف", "leer", "vide", "vacío", "vacio", "vuoto", "vazio",
    "leeg", "пусто", "空", "keine", "kein", "aucun", "ninguno", "nessuno", "geen", "nenhum", "nulo",
    "brak", "нет", "yok", "無し", "なし", "无", "無",
    # truth values, errors and objects as text
    "true", "false", "-1", "-1.0", "-99", "-999", "-9999", "0x0", "0e0", "error", "inf",
    "infinity", "object object", "ref", "value", "name", "div/0",
    # names of columns
    "id", "ids", "uuid", "guid", "userid", "user_id", "uid", "user", "username", "login", "email",
    "e-mail", "mail", "phone", "cookie", "device", "distinct_id", "anonymous_id", "anonymousid",
    "customer_id", "customerid", "client_id", "clientid", "visitor_id", "visitorid", "device_id",
    "deviceid", "session_id", "sessionid", "account_id", "member_id",
    # addresses and digests of nothing: MAC addresses of phones, MD5, SHA-1 and SHA-256 of no text
    "ffffffff-ffff-ffff-ffff-ffffffffffff", "ff:ff:ff:ff:ff:ff", "02:00:00:00:00:00",
    "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
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

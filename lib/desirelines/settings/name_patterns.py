"""Usual names of columns and events in sources, as patterns for `infer_source`."""

from __future__ import annotations

EPOCHS = {"epoch_seconds": 1e9, "epoch_millis": 1e12, "epoch_micros": 1e15}
"""Patterns of numeric times, and the smallest number that counts as one (September 2001)."""
TIME_PATTERNS = {
    r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}": ("d/M/yyyy H:mm", "M/d/yyyy H:mm"),
    r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2}": ("d/M/yyyy H:mm:ss", "M/d/yyyy H:mm:ss"),
    r"\d{1,2}\.\d{1,2}\.\d{4} \d{1,2}:\d{2}": ("d.M.yyyy H:mm", "d.M.yyyy H:mm"),
    r"\d{4}/\d{2}/\d{2} \d{2}:\d{2}:\d{2}": ("yyyy/MM/dd HH:mm:ss", "yyyy/MM/dd HH:mm:ss"),
    r"\d{8}": ("yyyyMMdd", "yyyyMMdd"),
}
"""Formats of times that are not ISO 8601: the pattern, and the one for second numbers above 12."""

TIMES = {
    "received_at": r"receiv|collector|server|ingest|load|etl|arriv",
    "sent_at": r"(^|_)sent|dispatch",
    "occurred_at": r"occur|event|orig|derived|happen|order|created|start|time|date|(^|_)(at|ts)$",
}
VALUES = {
    "event_id": r"(^|_)(event|message|msg|insert|tracking|ticket|response)_?id$|^id$|(uu|gu)id",
    "page": r"^(page|url|uri|path|href)$|page_?(url|path|location)|urlpath",
    "item_id": r"(product|item|article|content)_?(id|no|code)$|sku|stock_?code",
    "category": r"category|department",
    "order_id": r"^(order|invoice|transaction|basket|receipt)(_?(id|no|number|key))?$|orderid",
    "quantity": r"quantity|(^|_)qty$|pieces|^units(_sold)?$|^(num|number)_of_",
    "amount": r"amount|revenue|turnover|(^|_)total$|^total_?price$|^paid$|^value$|^sales$|spen[dt]$"
    r"|(dollar|euro|money|sales?|order|purchase|basket|transaction|line|net|gross)_?(value|sales)$",
    "discount": r"discount|rebate",
    "currency": r"currency",
    "score": r"^(score|nps|rating)$",
    "campaign": r"campaign",
    "channel": r"(^|_)channel(_?(name|type))?$|^(utm_)?medium$",
    "user_agent": r"user_?agent",
    "consent": r"consent|opt_?in",
}
"""Values of the event model, and usual names of their columns."""
PRICE = r"(unit_?)?price$"
NUMBERS = ("quantity", "amount", "discount", "score")
EVENT_NAME = {
    r"^(event|evt)(_?(name|type))?$": False,
    r"^(activity|action)(_?(name|type))?$": False,
    r"^type$|^name$|event|(?<!trans)action": True,
}
"""Usual names of columns of event names, and whether the values of such a column must repeat."""
NOT_EVENT_NAME = r"label|categor|value|source|version|format|vendor|count|number|(^|_)(id|key)$"
"""Columns about an event that do not name it."""
PARENT_TELLS = r"id|key|name|no|number|code|uuid|type"
"""Last parts of a dotted path that mean something only with the part before: `actor.id`."""
CONTAINERS = r"properties|props|data|payload|context|traits|attributes|fields|params|body|row|line"
"""Parts of a dotted path that only hold others."""
SESSION = r"(session|visit)_?(id|key)$"
IDS = {
    "cookie": r"anonymous|cookie|visitor|pseudo|(domain|network)_?userid|distinct_?id",
    "user": r"^(user|account|member|login|actor|subscriber|person)_?(id|key|login|name|uuid)?$"
    r"|userid$|^u_?id$",
    "customer": r"(customer|client|buyer|contact|household|shopper|cust|panelist|patron|donor)"
    r"_?(id|no|number|key|code|uuid)?$",
    "device": r"device_?id|idfa|gaid|installation",
    "email": r"e?_?mail(_?address)?$",
    "phone": r"phone|mobile",
    "loyalty_card": r"loyalty|card_?(no|number|id)$",
}
"""Types of identifiers, and usual names of their columns; the first match counts."""
ANY_ID = r"^(uu|gu|u|p)?id$"
"""Names of a column that identifies people where no other does, and its values repeat."""
STREAM_ORDER = ("cookie", "device", "user", "customer", "loyalty_card", "email", "phone")

KINDS = {
    "refund": r"refund|return|credit",
    "purchase": r"purchas|order|buy|bought|paid|payment|sale|transaction",
    "cart_remove": r"remov\w*.*(cart|basket)|(cart|basket).*remov",
    "cart_add": r"cart|basket|bag|(product|item)s?_added|^add$",
    "checkout": r"checkout",
    "product_view": r"(product|item).*view|view.*(product|item)",
    "email_opened": r"open",
    "email_clicked": r"mail.*click|^click",
    "email_sent": r"sent|deliver",
    "search": r"search",
    "login": r"log(ged)?_?in|sign(ed)?_?in",
    "signup": r"sign(ed)?_?up|regist|account_created",
    "content_play": r"play|watch|listen",
    "support": r"ticket|support|complain",
    "survey": r"survey|nps",
    "referral": r"refer|invite",
    "help": r"help|faq",
    "screen": r"screen",
    "page": r"page|view|visit",
    "feature_use": r"use|feature",
}
"""Kinds, and words in event names that mean them; the first match counts."""

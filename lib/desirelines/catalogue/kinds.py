"""What an event can mean, whatever its source calls it."""

KINDS: tuple[str, ...] = (
    "page", "screen", "product_view", "search", "cart_add", "cart_remove", "checkout", "order_placed", "purchase", "refund",
    "content_play", "feature_use", "help", "signup", "login", "referral",
    "email_sent", "email_opened", "email_clicked", "push_sent", "push_opened", "sms_sent", "sms_clicked", "support", "survey", "ping",
    "other",
)  # fmt: skip
"""What an event means to the features, whatever its source calls it. A name that no mapping knows is `other`."""

VISIT_KINDS: tuple[str, ...] = (
    "page", "screen", "product_view", "search", "cart_add", "cart_remove", "checkout", "order_placed", "content_play",
    "feature_use", "help", "signup", "login", "referral", "ping", "other",
)  # fmt: skip
"""Kinds that a person does on the site or in the app; a session with one of them is a visit."""

VIEW_KINDS: tuple[str, ...] = ("page", "screen", "product_view")
"""Kinds that are a view of something; two of them make a session engaged."""

RESERVED_STEPS: tuple[str, ...] = ("path_start", "path_end", "__other__", "__hidden__")
"""Words that stand in the tables of paths where a step does: before the first, after the last, beyond the top ones, of few people."""

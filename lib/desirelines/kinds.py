"""What an event can mean, whatever its source calls it."""

KINDS: tuple[str, ...] = (
    "page", "product_view", "search", "cart_add", "cart_remove", "checkout", "order_placed", "purchase", "refund",
    "content_play", "feature_use", "help", "signup", "login", "referral",
    "email_sent", "email_opened", "email_clicked", "support", "survey", "other",
)  # fmt: skip
"""What an event means to the features, whatever its source calls it. A name that no mapping knows is `other`."""

VISIT_KINDS: tuple[str, ...] = (
    "page", "product_view", "search", "cart_add", "cart_remove", "checkout", "order_placed", "content_play",
    "feature_use", "help", "signup", "login", "referral", "other",
)  # fmt: skip
"""Kinds that a person does on the site or in the app; a session with one of them is a visit."""

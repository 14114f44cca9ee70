"""What an event can mean, whatever its source calls it."""

KINDS: tuple[str, ...] = (
    "page", "screen", "product_view", "search",
    "cart_add", "cart_remove", "checkout", "order_placed", "purchase", "refund",
    "content_play", "feature_use", "help", "signup", "login", "referral",
    "email_sent", "email_opened", "email_clicked", "push_sent", "push_opened",
    "sms_sent", "sms_clicked", "support", "survey", "ping",
    "other",
)  # fmt: skip
"""What an event means to the features. A name without a mapping is `other`."""

VISIT_KINDS: tuple[str, ...] = (
    "page", "screen", "product_view", "search", "cart_add", "cart_remove", "checkout",
    "order_placed", "content_play", "feature_use", "help", "signup", "login", "referral", "ping",
    "other",
)  # fmt: skip
"""Things a person does on the site or in the app; a session with one of them is a visit."""

OUTBOUND_KINDS: tuple[str, ...] = ("email_sent", "push_sent", "sms_sent")
"""Messages sent to a person, who did nothing: they are contacts, and no part of a visit."""

CONTACT_KINDS: tuple[str, ...] = (
    "email_sent", "email_opened", "email_clicked", "push_sent", "push_opened",
    "sms_sent", "sms_clicked",
)  # fmt: skip
"""Messages, and what people did with them."""

MONEY_KINDS: tuple[str, ...] = ("order_placed", "purchase", "refund")
"""Kinds that are about money: without their amount they are not used."""

VIEW_KINDS: tuple[str, ...] = ("page", "screen", "product_view")
"""Kinds that are views; two of them make a session engaged."""

RESERVED_STEPS: tuple[str, ...] = ("path_start", "path_end", "__other__", "__hidden__")
"""Values in place of a step in the path tables.

They stand before the first step, after the last step, for steps beyond the top steps, and for
steps of few people.
"""

TOO_LITTLE_DATA = "too_little_data"
"""The segment_id of people who are in no cluster, because too little is known of them."""

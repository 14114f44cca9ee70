"""Meaning and example of every key of a source's mapping, for docs/mapping.md.

An example is YAML. Tests compare the keys with the models, and read every example by its model.
"""

SOURCE = {
    "name": ("Short name of the source; part of every event's key. It must not change later.",
             "name: shop"),
    "format": ("Format of the rows: `delta`, `json` (one object a line), `csv` (with a header) or "
               "`parquet`.", "format: csv"),
    "path": ("File or folder of the rows, relative to where the command is run. Or give `table`.",
             "path: exports/shop"),
    "table": ("Name of a Delta table in the catalog. Or give `path`.",
              "table: main.web.clicks"),
    "encoding": ("Encoding of `csv` files, such as UTF-8, UTF-16, ISO-8859-1 or windows-1252.",
                 "encoding: windows-1252"),
    "delimiter": ("What stands between the values of a `csv` row; `tab` is one.",
                  "delimiter: ';'"),
    "quote": ("What stands around a `csv` value that holds delimiters or line breaks; or `none`.",
              "quote: none"),
    "escape": ("What stands in a quoted `csv` value before a quote that is part of it; the quote "
               "itself, doubled, by default.", "escape: '\\'"),
    "decimal": ("What stands in a `csv` number before its fraction: `.` or `,`.", "decimal: ','"),
    "lines": ("Column of a list whose elements become events of their own: the lines of an order. "
              "`line.x` is then field `x` of the element.", "lines: properties.products"),
    "stream": ("Types of `ids`, best first. The first one that a row has names its stream: the "
               "events among which sessions are cut.", "stream: [cookie, user]"),
    "identity": ("What makes two rows the same event. `id`: the column mapped as `event_id`. "
                 "`content`: all mapped values. `occurrence`: all mapped values, but equal rows of "
                 "one file are separate events, such as two equal purchases on one day.",
                 "identity: occurrence"),
    "snapshot": ("Whether the rows are states, exported again and again (all customers, every "
                 "night). Only a state that differs from the one before is an event.",
                 "snapshot: true"),
    "ordered": ("Whether the order of rows in a file counts for events at the same time. For "
                "`csv` and `json`.", "ordered: true"),
    "time_zone": ("Zone of times that are written without one.", "time_zone: Europe/Berlin"),
    "currency": ("Currency of money where the row names none. Default: `site.currency`.",
                 "currency: USD"),
    "columns": ("The column of each value of the event; see below.",
                "columns: {occurred_at: at, event_name: event}"),
    "consents": ("Statements of consent to further purposes, beside `consent.purpose`, whose "
                 "statement is `columns.consent`: the same words. A rule segment names the purpose "
                 "that its members agree to.",
                 "consents: {marketing: newsletter_opt_in, personalisation: profiling}"),
    "ids": ("Identifiers by type: who did it. Types are your own words; `identity` in "
            "`conf/base.yaml` says how types are linked. See below for `keep_value`.",
            "ids: {cookie: anonymous_id, user: login}"),
    "alias": ("A second identifier of the login's type, in a row which says that both are one "
              "person.", "alias: previous_login"),
    "kinds": ("What event names mean. Names left out are `other`.",
              "kinds: {Order Completed: purchase, Product Viewed: product_view}"),
    "properties": ("Further columns to keep, by name; nothing else of a row is kept.",
                   "properties: [coupon, context.locale]"),
    "required": ("Values of `columns` without which a row goes to quarantine. Time, name and "
                 "stream are always required.", "required: [order_id, amount]"),
    "keep_bots": ("Whether streams that look like bots count as people.", "keep_bots: true"),
    "may_be_empty": ("Whether a run goes on when the source has no rows.", "may_be_empty: true"),
    "erasable": ("Whether `erase` also deletes people's rows from the source: it is yours, and "
                 "no other program writes it meanwhile. For `delta`; see [privacy](privacy.md).",
                 "erasable: true"),
}  # fmt: skip

COLUMNS = {
    "occurred_at": ("When it happened.", "occurred_at: {column: at, pattern: dd/MM/yyyy HH:mm}"),
    "event_name": ("What happened, in the source's words.", "event_name: {value: purchase}"),
    "event_id": ("Id of the event, for `identity: id`.", "event_id: message_id"),
    "sent_at": ("When the device sent it. With `received_at` it corrects the device's clock.",
                "sent_at: sent_at"),
    "received_at": ("When the server received it. Rows received after `ingest.late_days` are late.",
                    "received_at: received_at"),
    "page": ("Address or path of the page; the path is kept, the query is not.",
             "page: context.page.url"),
    "item_id": ("The product or content.", "item_id: line.sku"),
    "category": ("Its category.", "category: line.category"),
    "order_id": ("Number of the order. Rows of a person with the same number are one order. In a "
                 "daily table without numbers the day can be it.", "order_id: date"),
    "quantity": ("Pieces.", "quantity: line.quantity"),
    "amount": ("Money of the row: of a line what the line costs, not one piece.",
               "amount: {product: [quantity, unit_price]}"),
    "discount": ("Money that was taken off.", "discount: line.discount"),
    "currency": ("Currency of the row's money, ISO 4217.", "currency: properties.currency"),
    "score": ("Answer to a survey, as a number.", "score: nps"),
    "campaign": ("Campaign that brought the person.", "campaign: utm_campaign"),
    "channel": ("Channel of the visit.", "channel: utm_medium"),
    "user_agent": ("User agent; it tells bots.", "user_agent: context.userAgent"),
    "consent": ("The person's statement: `yes`, `granted`, `no`, `withdrawn` and similar words.",
                "consent: analytics_consent"),
    "session_key": ("The source's own id of a session. It replaces the gap between sessions.",
                    "session_key: session_id"),
}  # fmt: skip

VALUE = {
    "column": ("A column; dots lead into nested fields. A text alone means the same.",
               "amount: {column: line.total}"),
    "first_of": ("The first of several columns that is not empty.",
                 "page: {first_of: [page.url, screen.name]}"),
    "value": ("A constant.", "event_name: {value: purchase}"),
    "product": ("The product of columns.", "amount: {product: [quantity, unit_price]}"),
    "sql": ("An expression of the row; see [expressions](expressions.md).",
            "event_name: {sql: \"CASE WHEN row.total < 0 THEN 'refund' ELSE 'order' END\"}"),
}  # fmt: skip

TIME = {
    "column": ("The column. A text alone means the same, for times in ISO 8601.",
               "occurred_at: {column: created_at}"),
    "first_of": ("The first of several columns that is not empty.",
                 "occurred_at: {first_of: [original_timestamp, timestamp]}"),
    "pattern": ("A Spark datetime pattern, or `epoch_seconds`, `epoch_millis`, `epoch_micros`.",
                "occurred_at: {column: ts, pattern: epoch_millis}"),
}  # fmt: skip

IDENTIFIER = {
    "column": ("The column. A text alone means the same.", "user: {column: login}"),
    "first_of": ("The first of several columns that is not empty.",
                 "user: {first_of: [user_id, traits.id]}"),
    "keep_value": ("Whether the value itself is kept, in table `identifiers`. Without it tables "
                   "hold only keys, and results cannot be joined to your own ids.",
                   "customer: {column: customer_id, keep_value: true}"),
}  # fmt: skip

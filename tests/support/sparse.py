"""A site whose people come once and do some five things: of three ways, of one, or as dealt."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

KINDS = ("page", "product_view", "search", "cart_add", "purchase", "content_play", "help", "login")
WAYS = {
    "buyers": (0.33, 0.52, 0.03, 0.08, 0.02, 0.0, 0.01, 0.01),
    "searchers": (0.06, 0.02, 0.6, 0.0, 0.0, 0.01, 0.3, 0.01),
    "readers": (0.04, 0.01, 0.01, 0.0, 0.0, 0.92, 0.01, 0.01),
}
SHARES = (0.45, 0.32, 0.23)
MAPPING = """
name: site
format: csv
path: in
stream: [cookie]
columns: {occurred_at: at, event_name: what, event_id: id, category: category, order_id: order,
  amount: paid}
ids: {cookie: cookie}
kinds: {page: page, product_view: product_view, search: search, cart_add: cart_add, \
purchase: purchase, content_play: content_play, help: help, login: login}
"""
COLUMNS = ("id", "at", "cookie", "what", "category", "order", "paid")
START = datetime(2026, 1, 1, tzinfo=UTC)


def rows(seed: int, *, people: int = 2000, by_chance: bool = False) -> list[dict[str, str]]:
    """One row an event; `by_chance` deals the names of all events out anew, over all rows."""
    random = np.random.default_rng(seed)
    whose, times, names = [], [], []
    for person in range(people):
        way = list(WAYS.values())[random.choice(len(WAYS), p=SHARES)]
        at = START + timedelta(seconds=int(random.integers(0, 80 * 86_400)))
        for _ in range(2 + random.poisson(4)):
            at += timedelta(seconds=1 + int(random.exponential(60)))
            whose.append(person)
            times.append(at)
            names.append(KINDS[random.choice(len(KINDS), p=way)])
    if by_chance:
        names = [names[n] for n in random.permutation(len(names))]
    return [
        {
            "id": f"e{n}", "at": at.isoformat(), "cookie": f"person{person}", "what": name,
            "category": ("toys", "books", "pens")[n % 3] if name in KINDS[1:5:2] else "",
            "order": f"o{n}" if name == "purchase" else "",
            "paid": f"{20 + n % 50}" if name == "purchase" else "",
        }
        for n, (person, at, name) in enumerate(zip(whose, times, names, strict=True))
    ]  # fmt: skip


def configure(folder: Path, lines: list[dict[str, str]]) -> str:
    """Write the rows and a configuration; give its path."""
    (folder / "in").mkdir(parents=True)
    with (folder / "in" / "events.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(lines)
    (folder / "site.yaml").write_text(MAPPING.replace("path: in", f"path: {folder / 'in'}"))
    conf = folder / "conf.yaml"
    conf.write_text(
        f"warehouse: {{path: {folder / 'warehouse'}, buckets: 4}}\nsources: [site.yaml]\n"
        "clusters: {least_active_days: 1, restarts: 1}\ntracking: {enabled: false}\n"
    )
    return str(conf)

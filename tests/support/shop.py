"""A small shop: sixty people of three kinds, written as CSV by plain Python, with known defects."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

MAPPING = """
name: shop
format: csv
path: {path}
stream: [cookie]
columns: {{occurred_at: at, event_name: event, event_id: id, page: url, category: category, \
order_id: order, amount: paid, user_agent: agent}}
ids: {{cookie: cookie, user: user}}
kinds: {{view: product_view, add: cart_add, buy: purchase, login: login}}
"""
COLUMNS = ("id", "at", "cookie", "user", "event", "url", "category", "order", "paid", "agent")
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
PEOPLE = 60


def rows(first_day: int, last_day: int) -> list[dict[str, str]]:
    """Regular rows of the days: buyers always buy, browsers look, abandoners leave their cart."""
    out = []
    for person in range(PEOPLE):
        kind, every = (
            ("buyer", 3)
            if person % 3 == 0
            else ("browser", 5)
            if person % 3 == 1
            else ("abandoner", 2)
        )
        for day in range(first_day, last_day):
            if (day + person) % every:
                continue
            start = START + timedelta(days=day, minutes=7 * person)
            path = {
                "buyer": ["view", "add", "buy"],
                "browser": ["view"] * (3 + person % 4),
                "abandoner": ["view", "view", "add"],
            }[kind]
            if day % 4 == person % 2:
                path = ["login", *path]
            for step, event in enumerate(path):
                out.append({
                    "id": f"{person}-{day}-{step}",
                    "at": (start + timedelta(minutes=step * (1 + person % 3))).isoformat(),
                    "cookie": f"cookie{person}",
                    "user": f"user{person}" if event == "login" else "", "event": event,
                    "url": f"https://shop.example/{event}?p={step}",
                    "category": ("toys", "books", "pens")[(person + step) % 3],
                    "order": f"o{person}-{day}" if event == "buy" else "",
                    "paid": f"{10 + person}.50" if event == "buy" else "",
                    "agent": "Mozilla/5.0",
                })  # fmt: skip
    return out


def mess() -> list[dict[str, str]]:
    """Ten rows that must not be used, and four of a bot that must be."""
    plain = rows(0, 1)[1]
    robot = "Mozilla/5.0 (compatible; Examplebot/1.0; +https://example.org)"
    return (
        [plain] * 2  # duplicates
        + [
            plain | {"url": "/elsewhere", "at": plain["at"].replace("+00:00", ".5+00:00")}
        ]  # a conflict, the later of the two
        + [plain | {"id": f"bad{n}", "at": "not a time"} for n in range(3)]
        + [plain | {"id": "nobody", "cookie": "null"}]
        + [plain | {"id": f"future{n}", "at": "2999-01-01T00:00:00+00:00"} for n in range(3)]
        + [
            plain
            | {
                "id": f"robot{n}",
                "cookie": "robotic",
                "agent": robot,
                "at": (START + timedelta(minutes=n)).isoformat(),
            }
            for n in range(4)
        ]
    )


def write(folder: Path, name: str, lines: list[dict[str, str]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(lines)


def configure(folder: Path, extra: str = "", mapping: str = MAPPING) -> Path:
    """Write mapping and configuration; give the configuration's path."""
    (folder / "shop.yaml").write_text(mapping.format(path=folder / "in"))
    conf = folder / "conf.yaml"
    conf.write_text(
        f"warehouse: {{path: {folder / 'warehouse'}, buckets: 4}}\n"
        f"report: {{path: {folder / 'report.html'}}}\n"
        f"sources: [shop.yaml]\nclusters: {{k: 3, restarts: 1}}\ntracking: {{enabled: false}}\n"
        f"{extra}"
    )
    return conf

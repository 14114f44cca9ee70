"""For MkDocs: pages that stand beside their files are part of the site, and links to them work.

On the site, `docs/` is the root and the README its index, so links that leave `docs/` lose one
`../`, and those of the README lose `docs/`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
OUTSIDE = (
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *(
        page.relative_to(ROOT).as_posix()
        for folder in ("bench", "conf", "deploy", "jobs", "notebooks")
        for page in sorted((ROOT / folder).rglob("*.md"))
    ),
)
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)\s]+)\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are not below docs/."""
    for name in OUTSIDE:
        files.append(_generated(config, name, name))
    files.append(_generated(config, "index.md", "README.md"))
    adrs = sorted((ROOT / "docs" / "adr").glob("*.md"))
    listed = "\n".join(f"- [{_title(page)}]({page.name})" for page in adrs)
    content = f"# Decisions\n\nWhy things are as they are, the oldest first.\n\n{listed}\n"
    files.append(File.generated(config, "adr/index.md", content=content))
    return files


def _title(page: Path) -> str:
    return page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")


def _generated(config: Any, name: str, source: str) -> File:
    text = (ROOT / source).read_text(encoding="utf-8")
    mended = _LINK.sub(lambda match: f"]({_on_site(match[1], source)})", text)
    return File.generated(config, name, content=mended)


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Mend the links of pages below docs/."""
    if page.file.src_uri in (*OUTSIDE, "index.md", "adr/index.md"):
        return markdown
    source = f"docs/{page.file.src_uri}"
    return _LINK.sub(lambda match: f"]({_on_site(match[1], source)})", markdown)


def _on_site(link: str, source: str) -> str:
    """Where a link of a page in the tree leads on the site, relative to the page."""
    path, mark, anchor = link.partition("#")
    target = (ROOT / source).parent.joinpath(path).resolve().relative_to(ROOT).as_posix()
    if (ROOT / target).is_dir():
        target = f"{target}/index.md"
    here = "" if source == "README.md" else source.removeprefix("docs/")
    there = "index.md" if target == "README.md" else target.removeprefix("docs/")
    up = "../" * here.count("/")
    return f"{up}{there}{mark}{anchor}"

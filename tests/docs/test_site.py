"""The site of the documentation: every page, no warning, no link astray."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.pages import ROOT

LINK = re.compile(r'(?:href|src)="([^"#?]+)')


def test_the_site_is_built_without_a_warning_and_its_links_lead_somewhere(tmp_path):
    done = subprocess.run(
        [Path(sys.executable).with_name("mkdocs"), "build", "--quiet", "--site-dir", tmp_path],
        cwd=ROOT, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    pages = sorted(tmp_path.rglob("*.html"))
    sources = list((ROOT / "docs").rglob("*.md"))
    assert len(pages) > len(sources)
    astray = {
        (page.relative_to(tmp_path).as_posix(), link)
        for page in pages
        for link in LINK.findall(page.read_text(encoding="utf-8"))
        if not link.startswith(("http", "mailto:", "data:", "/"))
        and not (page.parent / link).exists()
    }
    assert astray == set()
    loaded = re.compile(r"<(?:script|link|img)[^>]*(?:src|href)=[\"']?https?:")
    assert [p.name for p in pages if loaded.search(p.read_text(encoding="utf-8"))] == []

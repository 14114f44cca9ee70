"""One file: any identifier in any place, what cannot be read, and what may be shown."""

import gzip
import hashlib
import json
import os
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from desirelines.erasure.needles import KEY, Sought, needles_of
from desirelines.io.scan import canary_files as made
from desirelines.io.scan import chunks, one_file
from desirelines.io.scan.run import scan

ANN = "ann@example.com"
PLACES = {
    "a.bin": lambda v: b"\0x" + v.encode() + b"x\0",
    "a.log": lambda v: b'"' + v.encode() + b'"',
    "inner.json": made.json_in_json,
    "a.json": lambda v: json.dumps({"a": json.dumps([v], ensure_ascii=False)}).encode(),
    "url.txt": lambda v: b"http://x/?q=" + made.percent(v).encode(),
    "wide.txt": lambda v: b"\xff\xfe" + f"see {v}, then".encode("utf-16-le"),
    "wide_json.txt": lambda v: b"\xfe\xff" + json.dumps({"a": v}).encode("utf-16-be"),
    "a.gz": lambda v: gzip.compress(v.encode()),
    "a.zst": made.codec("zstd"),
    "a.sz": made.framed_snappy,
    "a.snappy": made.snappy_of_hadoop,
    "a.parquet": lambda v: made.parquet([v, "x"]),
    "b.parquet": lambda v: made.parquet([v, "x"], use_dictionary=True, compression="snappy"),
    "c.parquet": lambda v: made.parquet([f'{{"row": {json.dumps(json.dumps(v))}}}']),
    "d.parquet": lambda v: made.parquet([v], write_statistics=True, compression="none"),
    "a.zip": made.zipped,
    "a.db": made.sqlite,
}  # fmt: skip
ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=6, max_size=40).filter(
    lambda text: text.strip() and not needles_of([Sought(0, "email", text)]).is_short(0)
)


def scanned(folder, *sought, **options):
    needles = needles_of(
        s if isinstance(s, Sought) else Sought(n, "email", s) for n, s in enumerate(sought)
    )
    return scan(str(folder), needles, **options)


@pytest.fixture(scope="module")
def folder():
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@given(value=ANY_TEXT)
@example('O\'Neil "quoted"%41 \n\t😀é\\')
@example("ann%40example.com\\u0041")
@example("é" * 10_000)
@example("😀a" * 5_000)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_identifier_is_found_in_every_place(folder, value):
    for name, contents in PLACES.items():
        (folder / name).write_bytes(contents(value))
    files = scanned(folder, value).files
    assert {f.path: bool(f.hits) for f in files} == dict.fromkeys(PLACES, True)
    assert [f.why for f in files if not f.is_readable] == []


@given(value=ANY_TEXT)
@settings(deadline=None, max_examples=50)
def test_any_identifier_is_found_in_the_name_of_a_folder(value):
    name = quote(value, safe="")
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / f"user={name}"[:200]).mkdir()
        found = scanned(place, value)
    if len(name) < 190:
        assert [f.path for f in found.files] == ["user=***"]
        assert not found.is_clean


def test_size_and_digest_are_those_of_the_file(tmp_path):
    (tmp_path / "a").write_bytes(b"text")
    (file,) = scanned(tmp_path, ANN).files
    assert (file.size, file.sha256) == (4, hashlib.sha256(b"text").hexdigest())
    assert file.is_clean


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.parquet", b"not Parquet"), ("b.parquet", b""), ("c.parquet", made.corrupt(ANN)),
        ("d.parquet", made.parquet([ANN])[:-30]), ("e.parquet", b"PAR1"), ("f", b"PAR1PARE"),
        ("g.orc", b"ORC..."), ("h.avro", b"Obj\x01..."), ("i", b"ORC"), ("j", b"%PDF-1.7"),
        ("k.gz", b"not gzip"), ("l.gz", gzip.compress(b"text" * 100, mtime=0)[:-9]),
        ("m.br", b"any"),
        ("n.zip", b"PK\x03\x04broken"), ("o.db", b"SQLite format 3\0broken"), ("p", b"PARE"),
        ("q.gz", gzip.compress(b"ORC...", mtime=0)), ("r.json.snappy", b"\0\0\0\x05\0\0\0\x02zz"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_not_clean_and_says_why_without_a_value(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    (file,) = scanned(tmp_path, ANN).files
    assert not file.is_readable
    assert not file.is_clean
    assert file.why
    assert "ann" not in file.why
    assert file.sha256 == hashlib.sha256(data).hexdigest()


def test_an_encrypted_archive_is_not_clean(tmp_path):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "text")
    data = bytearray(out.getvalue())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    assert not scanned(tmp_path, ANN).is_clean


def test_archives_are_opened_three_deep_and_what_is_deeper_is_not_clean(tmp_path):
    data = ANN.encode()
    for depth in range(6):
        (tmp_path / f"{depth}").write_bytes(data)
        data = gzip.compress(data, mtime=0)
    files = scanned(tmp_path, ANN).files
    assert [f.is_readable for f in files] == [True] * 5 + [False]
    assert [bool(f.hits) for f in files[:5]] == [True] * 5


def test_a_needle_over_the_edge_of_a_chunk_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 1 << 10)
    monkeypatch.setattr(one_file, "IN_MEMORY_BYTES", 0)
    for n in range(0, 1100, 7):
        (tmp_path / f"{n}").write_bytes(b"." * n + ANN.encode() + b"." * 3000)
    (tmp_path / "a.parquet").write_bytes(made.parquet([ANN] + ["x"] * 5000))
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"." * 1015 + ANN.encode()))
    assert all(f.hits for f in scanned(tmp_path, ANN).files)


def test_a_hit_says_place_request_and_kind_and_never_the_value(tmp_path):
    digest = "0123456789abcdef" * 2
    place = tmp_path / f"user={quote(ANN)}" / f"{digest}.json"
    place.parent.mkdir()
    place.write_text('{"id": "7"}')
    found = scanned(tmp_path, Sought(4, "email", ANN), Sought(5, KEY, digest), Sought(6, "u", "7"))
    (file,) = found.files
    assert file.path == "user=***/***"
    assert [(h.place, h.request, h.kind, h.is_short) for h in file.hits] == [
        ("bytes", 6, "u", True), ("file name", 5, "key", False), ("folder name", 4, "email", False),
    ]  # fmt: skip
    assert all(value not in repr(found) for value in (ANN, quote(ANN), digest))


def test_what_is_neither_file_nor_folder_is_not_clean(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (file,) = scanned(tmp_path, ANN).files
    assert not file.is_clean


def test_a_file_without_the_right_to_read_it_is_not_clean(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert not scanned(tmp_path, ANN).is_clean


def test_a_name_that_is_no_utf_8_is_shown_and_not_clean(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9")).write_text(ANN)
    (file,) = scanned(tmp_path, ANN).files
    assert file.path == "caf\\udce9"
    assert not file.is_clean

"""Only pictures that are pictures by their bytes are shown as such, and no name does anything in a header."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glider_console.data.media import MOST_PICTURE_BYTES, disposition, media_of, range_of

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


@pytest.mark.parametrize(
    ("data", "name", "kind", "type"),
    [
        pytest.param(PNG, "x.png", "picture", "image/png", id="png"),
        pytest.param(PNG, "x.html", "picture", "image/png", id="png under another name"),
        pytest.param(b"\xff\xd8\xff\xe0", "x", "picture", "image/jpeg", id="jpeg"),
        pytest.param(b"GIF89a..", "x", "picture", "image/gif", id="gif"),
        pytest.param(b"RIFF\x0a\x00\x00\x00WEBPVP8 ", "x", "picture", "image/webp", id="webp"),
        pytest.param(b"RIFF\x0a\x00\x00\x00WAVE", "x.webp", "other", None, id="sound that is called a picture"),
        pytest.param(b"<html><script>1</script>", "x.png", "text", None, id="a page that is called a picture"),
        pytest.param(b"<svg onload='alert(1)'/>", "x.svg", "text", None, id="svg, which can have a script"),
        pytest.param(b" \x89PNG\r\n\x1a\n", "x.png", "other", None, id="a picture that doesn't begin as one"),
        pytest.param(b"PAR1" + bytes(20), "x", "parquet", None, id="parquet"),
        pytest.param(b"a,b\n1,2\n", "x.csv", "csv", None, id="csv"),
        pytest.param(b"a,b\n1,2\n", "x.txt", "text", None, id="text"),
        pytest.param("Grüße".encode(), "x", "text", None, id="text in UTF-8"),
        pytest.param("Grüße".encode("latin-1"), "x", "other", None, id="text in another encoding"),
        pytest.param(b"\x80\x04\x95", "model.pkl", "other", None, id="a pickle"),
        pytest.param(b"", "x", "other", None, id="nothing"),
        pytest.param(b"a\0b", "x.txt", "other", None, id="a null byte"),
    ],
)
def test_content_is_known_by_its_bytes(data: bytes, name: str, kind: str, type: str | None) -> None:
    media = media_of(data, name=name, size=len(data))
    assert (media.kind, media.type) == (kind, type or "application/octet-stream")


def test_a_picture_that_is_too_large_is_a_download() -> None:
    assert media_of(PNG, name="x.png", size=MOST_PICTURE_BYTES + 1).kind == "other"


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_character_that_is_cut_leaves_text_a_text(cut: int) -> None:
    data = ("x" * 4_093 + "😀").encode()
    assert media_of(data[: 4_093 + cut], name="x", size=10_000).kind == "text"


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        pytest.param("s3://b/a/model.bin", "model.bin", id="a plain name"),
        pytest.param('s3://b/a"; filename="evil.html', "a__ filename=_evil.html", id="a name that would end the header's value"),
        pytest.param("s3://b/x\r\nSet-Cookie: a=b", "xSet-Cookie_ a=b", id="a line break"),
        pytest.param("s3://b/invoice\u202efdp.exe", "invoicefdp.exe", id="a mark that turns text around"),
        pytest.param("s3://b/..", "file", id="no name"),
        pytest.param("s3://b/...", "file", id="dots"),
        pytest.param("s3://b/a\\..\\b", "a_.._b", id="another system's path"),
        pytest.param("s3://b/.bashrc", "bashrc", id="a hidden file"),
    ],
)
def test_a_download_has_a_harmless_name(uri: str, name: str) -> None:
    assert f'filename="{name}"' in disposition(uri)


@given(st.text(max_size=300))
def test_no_name_breaks_the_header(name: str) -> None:
    header = disposition(f"s3://b/{name}")
    assert re.fullmatch(r"attachment; filename=\"[\x20-\x21\x23-\x7e]*\"; filename\*=UTF-8''[\w.~%-]+", header, re.ASCII)
    assert len(header) < 2_500
    assert "/" not in header.removeprefix("attachment; ")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-9", (0, 10)),
        ("bytes=90-", (90, 100)),
        ("bytes=-5", (95, 100)),
        ("bytes=90-1000", (90, 100)),
        ("bytes=0-9,20-29", None),
        ("lines=1-2", None),
        ("bytes=-", None),
    ],
)
def test_one_range_of_bytes_is_served(header: str | None, expected: tuple[int, int] | None) -> None:
    assert range_of(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=5-4", "bytes=-0"])
def test_a_range_that_there_is_not_is_refused(header: str) -> None:
    with pytest.raises(ValueError, match=r"bytes \*/100"):
        range_of(header, 100)

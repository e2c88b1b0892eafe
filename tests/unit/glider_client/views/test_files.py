"""Where an execution's files go on this machine."""

from __future__ import annotations

from typing import Any

import pytest

from glider.wire.interface import parse_type
from glider.wire.jsonform import to_literal_map
from glider_client.views.files import files_of


def found(kind: str, value: Any, *, name: str = "o0") -> list[tuple[str, bool | None]]:
    """The places and whether they are folders, of one value of that type."""
    literals = to_literal_map({name: value}, {name: parse_type(kind)}, field="outputs")
    return [("/".join(file.path), file.is_folder) for file in files_of(literals)]


@pytest.mark.parametrize(
    ("kind", "value", "files"),
    [
        pytest.param("file", "s3://b/raw/model.bin", [("o0/model.bin", False)], id="a file keeps its name"),
        pytest.param("directory", "s3://b/raw/logs/", [("o0", True)], id="a folder has that of the value"),
        pytest.param("table", "s3://b/raw/t", [("o0", None)], id="a table is a file or a folder"),
        pytest.param("list[file]", ["s3://b/x", "s3://b/x"], [("o0/0/x", False), ("o0/1/x", False)], id="a list"),
        pytest.param("map[file]", {"a": "s3://b/x"}, [("o0/a/x", False)], id="a map"),
        pytest.param("file?", "s3://b/x", [("o0/x", False)], id="an optional file"),
        pytest.param("file?", None, [], id="none"),
        pytest.param("string", "s3://b/x", [], id="a text is no file"),
        pytest.param("map[file]", {"../../etc": "s3://b/.."}, [("o0/..%2F..%2Fetc/_..", False)], id="no name leaves the folder"),
        pytest.param("map[file]", {"..": "s3://b/a\\b"}, [("o0/_../a%5Cb", False)], id="nor does one of two dots"),
    ],
)
def test_places(kind, value, files):
    assert found(kind, value) == files

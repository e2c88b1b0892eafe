"""Where uploads go."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from flyteidl.service import dataproxy_pb2

from glider.wire.jsonform import FieldError
from glider_admin.data.names import inputs_parts, upload_of

MD5 = hashlib.md5(b"content", usedforsecurity=False)


def parts(**request: Any) -> tuple[str, ...]:
    return upload_of(dataproxy_pb2.CreateUploadLocationRequest(**request), random=lambda: "123").parts


def test_the_content_names_the_folder() -> None:
    assert parts(filename="fast.tar.gz", content_md5=MD5.digest()) == (MD5.hexdigest(), "fast.tar.gz")


def test_a_root_groups_files() -> None:
    assert parts(filename="b.csv", filename_root="tables/one", content_md5=MD5.digest()) == ("named", "tables", "one", "b.csv")


def test_content_that_is_not_known_has_a_place_of_its_own() -> None:
    assert parts(filename="b.csv") == ("r123", "b.csv")
    assert parts(filename_root="00000") == ("named", "00000", "r123", "data")


def test_no_root_is_the_place_of_a_content() -> None:
    assert parts(filename="x", filename_root=MD5.hexdigest(), content_md5=bytes(16))[0] == "named"
    assert inputs_parts("ab" * 32) == ("inputs", "ab" * 16, "inputs.pb")


@pytest.mark.parametrize("name", ["..", ".", "a/b", "../x", "a\\b", "%2e%2e", "a\nb", "a\x00", "a?b", "a#b", "x" * 201])
def test_a_name_that_could_lead_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(FieldError, match=r"filename: expected .* without a folder, \\, %, \?, # and control characters"):
        parts(filename=name, content_md5=MD5.digest())


@pytest.mark.parametrize("root", ["..", "a/../b", "a//b", "./a", "a/%2e%2e/b", "a\\..\\b", "/".join(["abc"] * 200)])
def test_a_root_that_could_lead_elsewhere_is_refused(root: str) -> None:
    with pytest.raises(FieldError, match="filename_root: expected the path of a folder"):
        parts(filename="f", filename_root=root, content_md5=MD5.digest())


def test_what_is_no_md5_is_refused() -> None:
    with pytest.raises(FieldError, match="content_md5: expected the 16 bytes of an MD5, found 3 bytes"):
        parts(filename="f", content_md5=b"abc")

"""ConfigMaps that hold a file."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from glider_admin.data.parts import config_maps, kept_of
from glider_client.code.parts import part_of
from glider_core.api.code import MOST_BYTES_IN_CONFIG_MAPS, MOST_PART_BYTES, MOST_PARTS


@pytest.mark.parametrize("size", [0, 1, MOST_PART_BYTES, MOST_PART_BYTES + 1, 3 * MOST_PART_BYTES])
def test_the_parts_are_the_file_and_the_first_is_written_last(size: int) -> None:
    data = bytes(index % 251 for index in range(size))
    maps = list(config_maps(data, namespace="team-a", identity="ab"))
    first = maps[-1]
    assert first["metadata"]["name"] == "glider-upload-ab-0"
    assert b"".join(map(part_of, reversed(maps))) == data
    assert all(one["immutable"] for one in maps)
    kept = kept_of(first, identity="ab")
    assert kept is not None
    assert (kept.size, kept.sha256) == (size, hashlib.sha256(data).hexdigest())
    assert list(kept.names) == [one["metadata"]["name"] for one in reversed(maps)]


@pytest.mark.parametrize("annotations", [None, {}, {"glider.dev/upload-size": "x", "glider.dev/code-sha256": "y"}])
def test_another_config_map_holds_none(annotations: dict[str, str] | None) -> None:
    assert kept_of({"metadata": {"annotations": annotations}}, identity="ab") is None


@pytest.mark.parametrize(
    "size", [str(MOST_BYTES_IN_CONFIG_MAPS + 1), "1" + "0" * 15, "1" + "0" * 5000], ids=["a byte more", "a petabyte", "no int"]
)
def test_a_size_that_no_upload_has_is_none(size: str) -> None:
    assert kept_of(_first(size), identity="ab") is None


def test_the_largest_file_has_as_many_parts_as_a_template_takes() -> None:
    kept = kept_of(_first(str(MOST_BYTES_IN_CONFIG_MAPS)), identity="ab")
    assert kept is not None
    assert len(kept.names) == MOST_PARTS


def _first(size: str) -> dict[str, Any]:
    return {"metadata": {"annotations": {"glider.dev/upload-size": size, "glider.dev/code-sha256": "y"}}}

"""Whose folder a URI leads into."""

from __future__ import annotations

import pytest

from glider_core.history.folders import folder_of, folders_in, key_of, key_of_folder
from glider_core.resolve.storage import shard

UNIQUE = "team-a-train.1-0a1b2c3d"
RAW = f"s3://b/raw/{shard(f'{UNIQUE}-0')}/{UNIQUE}-0"


@pytest.mark.parametrize(
    ("uri", "folder"),
    [
        ("s3://b/meta/team-a/train.1-0a1b2c3d/0/outputs.pb", "s3://b/meta/team-a/train.1-0a1b2c3d"),
        ("s3://b/team-a/train.1-0a1b2c3d", "s3://b/team-a/train.1-0a1b2c3d"),
        (f"{RAW}/x/y", RAW),
        (RAW, RAW),
        ("s3://b/train-0a1b2c3d/x", None),
        ("s3://team-a/train-0a1b2c3d/x", None),
        (f"s3://b/raw/zz/{UNIQUE}-0", None),
        ("s3://b/meta/team-a/train-0A1B2C3D/x", None),
        ("s3://b/meta/Team/train-0a1b2c3d/x", None),
        ("https://example.com/a", None),
        ("", None),
    ],
)
def test_folder_of(uri: str, folder: str | None) -> None:
    assert folder_of(uri) == folder


def test_all_folders_of_an_execution_have_one_key() -> None:
    key = key_of(namespace="team-a", name="train.1", uid="0a1b2c3d-1111-2222-3333-444455556666")
    assert key == UNIQUE == key_of_folder(RAW) == key_of_folder("s3://b/meta/team-a/train.1-0a1b2c3d/")
    assert key_of_folder("s3://b/meta/team-a") is None


def test_texts_at_any_depth() -> None:
    folder = "s3://b/meta/team-a/one-0a1b2c3d"
    deep: object = f'{{"uri": "{folder}/0/x"}}, s3://b/meta/team-a/two-0a1b2c3d/y'
    for _ in range(5000):
        deep = [deep]
    assert list(folders_in([deep, {"a": folder}])) == [folder, "s3://b/meta/team-a/two-0a1b2c3d"]

"""Folders of a real S3 server: what is listed of them and removed, by either engine."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from glider.settings.reading import read_settings
from glider.storage.store import Storage

pytestmark = pytest.mark.s3


@pytest.mark.parametrize("engine", ["obstore", "fsspec"])
def test_just_what_is_in_the_folder_is_listed_and_removed(s3: Any, engine: str) -> None:
    storage = Storage(read_settings({**s3.env, "GLIDER_STORAGE_ENGINE": engine}).storage)
    base = f"s3://{s3.bucket}/removal-{uuid.uuid4().hex}"
    names = ["*", "0/x", "a b/ü%20", "z"]
    for name in (*(f"ns/own/{name}" for name in names), "ns/own-er/x", "ns/ow", "ns/owner"):
        storage.write(f"{base}/{name}", b"data")
    found = [one for page in storage.removal.pages(base, "ns/own") for one in page]
    assert [(one.path, one.size) for one in found] == [(name, 4) for name in names]
    now = datetime.now(timezone.utc)
    assert all(one.modified is not None and abs(one.modified - now) < timedelta(minutes=1) for one in found)
    storage.removal.remove(base, "ns/own", ["*", "gone"])  # "*" is a name, and none that stands for others'
    assert storage.files(f"{base}/ns/own") == names[1:]
    storage.removal.remove(base, "ns/own", names)
    assert storage.files(base) == ["ns/ow", "ns/own-er/x", "ns/owner"]


def test_a_listing_of_more_than_one_page_is_whole(s3: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    storage = Storage(read_settings({**s3.env}).storage)
    base = f"s3://{s3.bucket}/removal-{uuid.uuid4().hex}"
    names = [f"{number:04}" for number in range(1005)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda name: storage.write(f"{base}/own/{name}", b""), names))
    pages = []
    for page in storage.removal.pages(base, "own"):
        pages.append([one.path for one in page])
        storage.removal.remove(base, "own", pages[-1])  # what is removed meanwhile moves nothing out of the next page
    assert [len(page) for page in pages] == [1000, 5] and [path for page in pages for path in page] == names
    assert storage.files(base) == []

"""FlyteFile.open for reading: what is read comes while it is read, and nothing else."""

from __future__ import annotations

import multiprocessing
import os
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from glider.settings.reading import read_settings
from glider.storage.access import DataAccess, use_access
from glider.storage.errors import ChangedError, ObjectNotFoundError
from glider.storage.store import Storage
from glider.storage.streams import BLOCK_BYTES
from glider.types.flytefile import FlyteFile
from tests.faults.faults import Answer, CutResponse, first
from tests.faults.proxy import FaultProxy

pytestmark = pytest.mark.s3
LARGE = 5 * BLOCK_BYTES + 7


@dataclass(frozen=True, kw_only=True)
class Site:
    """An object on the server, and the way there."""

    proxy: FaultProxy
    storage: Storage
    uri: str

    @property
    def file(self) -> FlyteFile:
        return FlyteFile.from_source(self.uri)

    def gets(self) -> int:
        return sum(request.method == "GET" for request in self.proxy.requests)


@pytest.fixture
def site(s3: Any) -> Iterator[Site]:
    with FaultProxy(s3.endpoint) as proxy:
        storage = Storage(read_settings({**s3.env, "FLYTE_AWS_ENDPOINT": proxy.endpoint}).storage, patience=2.5)
        use_access(DataAccess(storage=storage))
        yield Site(proxy=proxy, storage=storage, uri=f"s3://{s3.bucket}/{uuid.uuid4().hex}/data.txt")


def test_a_small_file_is_one_request(site: Site) -> None:
    site.storage.write(site.uri, "erste\r\nzweite ü".encode())
    site.proxy.forget()
    with site.file.open() as file:
        assert list(file) == ["erste\n", "zweite ü"]
    with site.file.open("rb") as file:
        assert file.read() == "erste\r\nzweite ü".encode()
    with site.file.open("r", encoding="latin-1", newline="") as file:
        assert file.read() == "erste\r\nzweite Ã¼"
    assert len(site.proxy.requests) == 3
    assert not site.file.downloaded


def test_an_empty_file(site: Site) -> None:
    site.storage.write(site.uri, b"")
    with site.file.open() as file:
        assert (file.read(), file.read(1)) == ("", "")


def test_a_large_file_is_read_straight_on_by_any_steps(site: Site) -> None:
    data = os.urandom(LARGE)
    site.storage.write(site.uri, data)
    with site.file.open("rb") as file:
        assert file.read() == data
    with site.file.open("rb") as file:
        pieces = list(iter(lambda: file.read(1_000_003), b""))
    assert b"".join(pieces) == data
    assert site.storage.traffic.bytes_in == 2 * LARGE, "no byte comes twice"


def test_only_the_blocks_that_are_read_come(site: Site) -> None:
    data = os.urandom(LARGE)
    site.storage.write(site.uri, data)
    with site.file.open("rb") as file:
        file.seek(-3, os.SEEK_END)
        assert (file.read(), file.tell()) == (data[-3:], LARGE)
        file.seek(3 * BLOCK_BYTES + 1)
        assert file.read(5) == data[3 * BLOCK_BYTES + 1 :][:5]
        file.seek(LARGE + 10)
        assert file.read() == b""
        with pytest.raises(ValueError, match=r"negative seek|expected a position"):
            file.seek(-1)
    assert site.storage.traffic.bytes_in == 2 * BLOCK_BYTES + 7


def test_what_is_not_there_is_told_at_once(site: Site) -> None:
    with pytest.raises(ObjectNotFoundError, match="there is no such object"):
        site.file.open()


def test_an_object_that_is_replaced_under_its_reader_is_told(site: Site) -> None:
    site.storage.write(site.uri, os.urandom(LARGE))
    with site.file.open("rb") as file:
        site.storage.write(site.uri, os.urandom(LARGE))
        with pytest.raises(ChangedError, match="replaced while it was being read"):
            file.read()


def test_what_passes_is_survived(site: Site) -> None:
    data = os.urandom(LARGE)
    site.storage.write(site.uri, data)
    for fault in (Answer(503), CutResponse(1 << 20)):
        with site.proxy.suffering(first(3, fault, method="GET")), site.file.open("rb") as file:
            assert file.read() == data


def test_a_download_and_what_has_been_downloaded_are_used(site: Site) -> None:
    site.storage.write(site.uri, b"content")
    given = site.file
    with given.open() as file:
        assert file.read() == "content"
    assert Path(given).read_text() == "content"
    site.proxy.forget()
    with given.open() as file:
        assert file.read() == "content"
    assert site.proxy.requests == []


def test_a_file_that_is_closed_early_leaves_nothing_under_way(site: Site) -> None:
    site.storage.write(site.uri, bytes(LARGE))
    with site.file.open("rb") as file:
        file.read(BLOCK_BYTES + 1)
    time.sleep(0.5)
    seen = len(site.proxy.requests)
    time.sleep(0.5)
    assert len(site.proxy.requests) == seen
    with pytest.raises(ValueError, match="closed"):
        file.read(1)


def in_child(file: Any, answers: Any) -> None:
    try:
        answers.put(len(file.read()))
    except OSError as error:
        answers.put(str(error))


def test_a_forked_child_is_told_to_open_it_again(site: Site) -> None:
    site.storage.write(site.uri, bytes(LARGE))
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    with site.file.open("rb") as file:
        child = context.Process(target=in_child, args=(file, answers))
        child.start()
        assert "open it again there" in answers.get(timeout=30)
        child.join(30)

"""The end of the log of a container that was killed as a whole comes into the archive, where the operator may write for its namespace."""

from __future__ import annotations

import asyncio
import tracemalloc
from datetime import datetime
from typing import Any

import pytest

from glider.settings.model import StorageSettings
from glider.storage.errors import AccessDeniedError
from glider.storage.store import Storage
from glider.wire import zstd
from glider.wire.logparts import encoded
from glider_core.api.observed_pod import parse_pod
from glider_core.archive.logs import ArchivedLogs
from glider_core.config import parse_config
from glider_core.kube.errors import Forbidden, NotFound, Unavailable
from glider_operator.archive.rescuing import Rescuer
from tests.unit.glider_core.builders import CONFIGURATION, UID, container_status, make_execution, pod_body, success_summary

SECOND = 10**9
BEGAN = 1_893_456_000 * SECOND  # 2030-01-01
KILLED: dict[str, Any] = {"exitCode": 137, "reason": "OOMKilled", "message": "the log's last lines", "finishedAt": "2030-01-01T00:00:09Z"}
LOG = b"".join(b"2030-01-01T00:00:0%d.5Z line %d\n" % (number, number) for number in range(6))


class Bucket(Storage):
    """The bucket `b` as a folder."""

    def __init__(self, root: str) -> None:
        super().__init__(StorageSettings())
        self._root = root

    def _engine(self, uri: str) -> Any:
        return _Inside(super()._engine("/"), self._root)


class _Inside:
    def __init__(self, engine: Any, root: str) -> None:
        self._engine, self._root = engine, root

    def __getattr__(self, name: str) -> Any:
        return lambda uri, *given, **named: getattr(self._engine, name)(uri.replace("s3://b", self._root), *given, **named)


class Site:
    """A store, and a kubelet's log."""

    def __init__(self, root: str) -> None:
        self.prefix = "s3://b/meta"
        self.storage = Bucket(root)
        self.asked: list[datetime | None] = []
        self.errors: list[Exception] = []
        config = parse_config(CONFIGURATION | {"storage": {"metadataPrefix": self.prefix}, "storageAccess": {"filesRoot": "/data"}})
        self.rescuer = Rescuer(self._read, lambda uri: self.storage, config=lambda: config, may_write=lambda: True, pause=0.001)
        self.folder = f"{self.prefix}/default/divide-{UID[:8]}"

    def archive(self, *lines: str, number: int = 0) -> None:
        chunks = [(BEGAN + second * SECOND, "stdout", f"{line}\n".encode()) for second, line in enumerate(lines)]
        self.storage.write(f"{self.folder}/0/logs/{number}.log.zst", zstd.compress(encoded(chunks)))

    async def ended(self, *, prefix: str | None = None, owner: str = UID, attempt: int = 0, **state: Any) -> None:
        """The pod ended, and all that is to be done is done."""
        execution = make_execution(storage={"metadataPrefix": prefix or self.prefix})
        body = pod_body(execution, attempt=attempt, phase="Failed", containerStatuses=[container_status("terminated", **(state or KILLED))])
        body["metadata"]["ownerReferences"][0]["uid"] = owner
        pod = parse_pod(body)
        assert pod is not None
        self.rescuer.saw(pod, body)
        self.rescuer.saw(pod, body)
        running = asyncio.create_task(self.rescuer.run())
        await asyncio.sleep(0.3)
        running.cancel()

    def lines(self, *, attempt: int = 0) -> list[str]:
        return [line.text for line in ArchivedLogs(self.storage).lines(self.folder, attempt)]

    async def _read(self, namespace: str, pod: str, *, container: str, since: datetime | None, most: int) -> bytes:
        self.asked.append(since)
        if self.errors:
            raise self.errors.pop(0)
        return LOG


@pytest.fixture
def site(tmp_path) -> Site:
    return Site(str(tmp_path))


async def test_what_is_missing_is_added(site):
    site.archive("line 0", "line 1", "line 2")
    await site.ended()
    assert site.lines() == [f"line {number}" for number in range(6)]
    assert [since.second for since in site.asked if since] == [57]  # 5 s before the last line


async def test_all_of_it_where_nothing_was_archived(site):
    await site.ended()
    assert site.lines() == [f"line {number}" for number in range(6)]
    assert site.asked == [None]


async def test_nothing_where_nothing_is_missing(site):
    site.archive(*(f"line {number}" for number in range(6)), number=7)
    await site.ended()
    assert site.storage.files(f"{site.folder}/0/logs") == ["7.log.zst"]


async def test_a_part_that_holds_very_much_takes_little_memory(site):
    site.storage.write(f"{site.folder}/0/logs/0.log.zst", zstd.compress(b"x" * (100 << 20)))
    tracemalloc.start()
    try:
        await site.ended()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert site.storage.files(f"{site.folder}/0/logs") == ["0.log.zst", "1.log.zst"]
    assert peak < 40 << 20  # a file is read into a buffer of what it may have


async def test_the_end_of_a_long_part_is_found_again(site):
    site.archive(*("x" * 4000 for _ in range(300)), "line 0", "line 1")
    await site.ended()
    assert site.lines()[300:] == [f"line {number}" for number in range(6)]


@pytest.mark.parametrize(
    "end",
    [
        pytest.param({"exitCode": 0, "message": success_summary(o0=5.0)}, id="with outputs"),
        pytest.param({"exitCode": 137, "message": success_summary(o0=5.0)}, id="killed once it had reported them"),
        pytest.param({"exitCode": 0, "message": ""}, id="of a command without outputs"),
        pytest.param({"exitCode": 1, "message": "the log's last lines"}, id="of a command that failed"),
    ],
)
async def test_an_executor_that_lived_on_needs_no_help(site, end):
    await site.ended(**end)
    assert site.asked == []


@pytest.mark.parametrize("prefix", ["s3://b/elsewhere", "s3://other", "file:///data/meta"])
async def test_nothing_is_written_where_the_operator_may_not_for_the_namespace(site, prefix):
    await site.ended(prefix=prefix)
    assert site.asked == []


@pytest.mark.parametrize("owner", ["../../other", "x/../../other", "%2e%2e/%2e%2e/other", "/../../x"])
async def test_a_forged_pod_leads_nowhere_else(site, owner):
    await site.ended(owner=owner)
    assert all(".." not in name for name in site.storage.files("s3://b"))
    assert site.asked == []


async def test_a_node_that_doesnt_answer_is_asked_again(site):
    site.errors = [Unavailable("not now")]
    await site.ended()
    assert site.lines() != []


async def test_what_cant_be_read_is_reported(site, caplog):
    site.errors = [Unavailable("not now")] * 3
    await site.ended()
    assert "the end of its log is in no archive" in caplog.text
    assert site.lines() == []


@pytest.mark.parametrize("data", [zstd.compress(bytes(65 << 20)), b"torn"], ids=["unpacks to more than the operator has", "torn"])
async def test_a_part_that_cant_be_read_is_passed_over(site, data):
    site.archive("line 0", "line 1", number=0)
    site.storage.write(f"{site.folder}/0/logs/1.log.zst", data)
    await site.ended()
    site.storage.delete(f"{site.folder}/0/logs/1.log.zst")
    assert site.lines() == [f"line {number}" for number in range(6)]
    assert "2.log.zst" in site.storage.files(f"{site.folder}/0/logs")


async def test_of_a_large_part_the_end_is_known(site):
    lines = b"".join(b"2030-01-01T00:00:00Z stdout F earlier %d\n" % number for number in range(50_000))
    last = encoded([(BEGAN + second * SECOND, "stdout", f"line {second}\n".encode()) for second in range(3)])
    site.storage.write(f"{site.folder}/0/logs/0.log.zst", zstd.compress(lines + last))
    await site.ended()
    assert site.lines()[-4:] == ["line 2", "line 3", "line 4", "line 5"]


async def test_what_is_too_much_is_reported(site, caplog, monkeypatch):
    monkeypatch.setattr("glider_operator.archive.rescuing._MOST_WAITING", 0)
    await site.ended()
    assert "the end of its log is in no archive" in caplog.text


async def test_a_pod_that_is_gone_is_asked_for_once(site, caplog):
    site.errors = [NotFound('pods "divide-0" not found')]
    await site.ended()
    assert len(site.asked) == 1
    assert "not found" in caplog.text


@pytest.mark.parametrize("refusal", [Forbidden("pods/log is forbidden"), AccessDeniedError("s3://b/meta", "no right to list")])
async def test_without_the_right_one_line_reports_that(site, caplog, refusal):
    site.errors = [refusal] * 2
    await site.ended()
    await site.ended(attempt=1)
    assert len(site.asked) == 2, "each once"
    [line] = [record.getMessage() for record in caplog.records]
    assert str(refusal) in line and "history.podLogs" in line
    await site.ended(attempt=2)
    assert site.lines(attempt=2) != []

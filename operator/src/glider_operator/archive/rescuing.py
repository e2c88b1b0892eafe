"""The last lines of a container that was killed as a whole, with the executor in it: read from its node, and added to its archived log.

With control groups of version 2 the kubelet has the kernel kill all of a container that is out of memory. What the task wrote last is
then only in the log on the node, and goes with the pod. That is read once, right after the container's end. Where the operator may not
read logs, or may not write beside the outputs, it reports that once, and goes on.

The operator writes with rights that tenants haven't, so it writes where it may for the pod's namespace, and nowhere else. In a volume of
files, where a tenant can put a link in place of a folder, it does nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from glider.storage.errors import AccessDeniedError, StorageError, TooLargeError
from glider.storage.store import Storage
from glider.storage.uris import is_local
from glider.wire import zstd
from glider.wire.jsonform import FieldError
from glider.wire.logparts import FOLDER, LogLine, lines_of, part_name, part_number, parts_of
from glider.wire.summary import decode_summary
from glider_core.api import labels
from glider_core.api.execution import Execution
from glider_core.api.moments import parse_time
from glider_core.api.observed_pod import Pod
from glider_core.api.pod_settings import ExecutorMode
from glider_core.config import Config
from glider_core.history.loglines import whole_lines
from glider_core.history.rescued import content_of, kubelet_lines, missing_lines
from glider_core.kube.errors import Forbidden, KubeError, NotFound
from glider_core.resolve.storage import paths_of
from glider_core.store.grants import grants_of
from glider_operator.archive.gathering import UnfitError, check_identity
from glider_operator.archive.writing import StoreFailsError
from glider_operator.telemetry import metrics

logger = logging.getLogger(__name__)

#: What is read of a node's log at most: all that a container can write within the interval between two parts, mostly. As short lines it
#: takes twelve times as much memory.
MOST_BYTES = 8 << 20
#: What is read of a part, which a task may have written: as it is stored, what it holds, and of that the end, with the last lines.
_MOST_PART, _MOST_CONTENT, _END = 32 << 20, 256 << 20, 256 << 10
_MOST_PARTS = 20_000
#: So much earlier than the last archived line the node's log is read, to find that line in it.
_BEFORE = timedelta(seconds=5)
_LINES = 64
#: The exit code of a container whose first process got SIGKILL, and some others.
_KILLED = 137
_MOST_WAITING = 500
_MOST_SEEN = 10_000
_TRIES, _PAUSE = 3, 2.0


class LogReader(Protocol):
    """Reads a container's log from its node, with timestamps."""

    def __call__(self, namespace: str, pod: str, *, container: str, since: datetime | None, most: int) -> Awaitable[bytes]:
        """At most `most` bytes of it, from `since` on; raises a KubeError."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Killed:
    """A container that was killed as a whole, and the folder of its archived log."""

    title: str
    namespace: str
    pod: str
    container: str
    folder: str


class Rescuer:
    """Looks after pods that have ended. `open_storage`: opens the store for a URI. `may_write`: whether this operator leads."""

    def __init__(
        self,
        read_log: LogReader,
        open_storage: Callable[[str], Storage],
        *,
        config: Callable[[], Config],
        may_write: Callable[[], bool],
        pause: float = _PAUSE,
    ) -> None:
        self._read_log = read_log
        self._open_storage = open_storage
        self._config = config
        self._may_write = may_write
        self._pause = pause
        self._waiting: deque[_Killed] = deque()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._refused = set[type[Exception]]()
        self._some = asyncio.Event()
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="rescue")

    def saw(self, pod: Pod, body: Mapping[str, Any]) -> None:
        """A pod has ended: its log is seen to if its executor couldn't do so."""
        if pod.uid in self._seen or (killed := self._killed(pod, body)) is None:
            return
        self._seen[pod.uid] = None
        if len(self._seen) > _MOST_SEEN:
            self._seen.popitem(last=False)
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.append(killed)
            self._some.set()
        else:
            _is_left(killed, f"{_MOST_WAITING} others wait for the same")

    async def run(self) -> None:
        """See to one after the other until cancelled."""
        while True:
            self._some.clear()
            while self._waiting:
                await self._rescue(self._waiting.popleft())
            await self._some.wait()

    def close(self) -> None:
        """Let go of the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _rescue(self, killed: _Killed) -> None:
        problem: Exception | None = None
        for number in range(_TRIES):
            if not self._may_write():
                return
            try:
                if count := await self._rescued(killed):
                    logger.info("%s: added %d lines to its archived log, which its executor couldn't store any more", killed.title, count)
                    metrics.HISTORY_RESCUED.inc()
                return
            except (Forbidden, AccessDeniedError) as error:
                metrics.HISTORY_FAILURES.labels("rescue").inc()
                self._report_refused(killed, error)
                return
            except NotFound as error:
                problem = error  # the pod or its node is gone, and won't come back
                break
            except (KubeError, StorageError, StoreFailsError, zstd.ZstdError) as error:
                problem = error
            except Exception as error:
                problem = error
                logger.exception("%s: an unexpected error", killed.title)
                break
            await asyncio.sleep(self._pause * 2**number)
        _is_left(killed, problem)

    def _report_refused(self, killed: _Killed, error: Forbidden | AccessDeniedError) -> None:
        """Once for either right: without it, all that is killed is refused."""
        if type(error) not in self._refused:
            logger.warning(
                "%s: the end of its log is in no archive, nor will be that of others that are killed as a whole: %s "
                "(the operator needs to %s; or set history.podLogs: false)",
                killed.title,
                error,
                "get pods/log" if isinstance(error, Forbidden) else "read, write and list beside the outputs",
            )
        self._refused.add(type(error))

    async def _rescued(self, killed: _Killed) -> int:
        """How many lines were added."""
        loop = asyncio.get_running_loop()
        storage = self._open_storage(killed.folder)
        following, archived = await loop.run_in_executor(self._pool, _archived, storage, killed.folder)
        since = next((parse_time(line.time) for line in reversed(archived) if line.time), None)
        log = await self._read_log(
            killed.namespace,
            killed.pod,
            container=killed.container,
            since=None if since is None else since.astimezone(UTC) - _BEFORE,
            most=min(MOST_BYTES, self._config().logs.most_bytes),
        )
        return await loop.run_in_executor(self._pool, _add, storage, f"{killed.folder}/{part_name(following)}", log, archived)

    def _killed(self, pod: Pod, body: Mapping[str, Any]) -> _Killed | None:
        primary, terms = pod.primary, pod.terms
        if primary is None or not primary.terminated or terms is None or terms.executor is not ExecutorMode.INJECTED:
            return None
        if primary.exit_code != _KILLED or decode_summary(primary.message) is not None:
            return None  # the executor has lived on, and stored what there was
        name = str((body["metadata"].get("labels") or {}).get(labels.EXECUTION, ""))
        execution = Execution(namespace=pod.namespace, name=name, uid=pod.execution_uid, created=pod.created, spec={})
        paths = paths_of(execution, terms.storage, inputs_uri=None)
        folder = f"{paths.output_prefix(pod.attempt)}/{FOLDER}"
        try:
            check_identity({"namespace": pod.namespace, "uid": pod.execution_uid})
            if not paths.stored or is_local(folder) or not name or not self._config().for_namespace(pod.namespace).logs.archive:
                return None
            grants_of(self._config(), pod.namespace).check_write(folder, field="the store")
        except (FieldError, UnfitError):
            return None
        return _Killed(title=f"{pod.namespace}/{pod.name}", namespace=pod.namespace, pod=pod.name, container=primary.name, folder=folder)


def _is_left(killed: _Killed, problem: object) -> None:
    metrics.HISTORY_FAILURES.labels("rescue").inc()
    logger.warning("%s: the end of its log is in no archive, since the container was killed as a whole: %s", killed.title, problem)


def _archived(storage: Storage, folder: str) -> tuple[int, list[LogLine]]:
    """The number of the next part, and the last lines that are archived."""
    names = parts_of(storage.sizes(folder, most=_MOST_PARTS))
    if not names:
        return 0, []
    lines: deque[LogLine] = deque(maxlen=_LINES)
    for name in names[-2:]:
        try:
            data = storage.read(f"{folder}/{name}", most=_MOST_PART)
            lines.extend(whole_lines(lines_of(_end_of(zstd.decompress_pieces(data, most=_MOST_CONTENT)))))
        except (zstd.ZstdError, TooLargeError):
            continue  # nobody can read it, so what it should have is missing
    return (part_number(names[-1]) or 0) + 1, list(lines)


def _end_of(pieces: Iterable[bytes]) -> bytes:
    """The last whole lines of a part: a small object may hold very much, and the operator's memory is everybody's."""
    kept, is_cut = b"", False
    for piece in pieces:
        kept += piece
        if len(kept) > 2 * _END:
            kept, is_cut = kept[-_END:], True
    return kept.partition(b"\n")[2] if is_cut else kept


def _add(storage: Storage, uri: str, log: bytes, archived: Sequence[LogLine]) -> int:
    missing = missing_lines(kubelet_lines(log), archived)
    if missing:
        storage.write(uri, zstd.compress(content_of(missing), level=3))
    return len(missing)

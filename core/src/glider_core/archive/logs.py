"""Reads tasks' logs back from the store: the executor's parts (`glider.wire.logparts`) as the lines that they were.

Numbers of parts may be left out, since one object may hold several. What is listed and can't be read is never passed over in silence: in
its place is a line of the stream stderr, without a time, and it is reported.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from glider.storage.errors import ObjectNotFoundError, TooLargeError
from glider.storage.store import Storage
from glider.wire import zstd
from glider.wire.logparts import CUT, FOLDER, LogLine, blocks_of, lines_of, part_number, parts_of
from glider_core.history.loglines import whole_lines

#: What a part takes, and holds: the executor's are far smaller, but for millions of empty lines.
_MOST_BYTES = 256 << 20
#: How many are fetched while one is read.
_AHEAD = 4
_PART = re.compile(rf"(0|[1-9][0-9]*)/{FOLDER}/(?P<name>[^/]+)")


class ArchivedLogs:
    """The logs in the store.

    Args:
        storage: reads them.
        report: gets a sentence for each part that isn't there, or isn't whole.

    Every method raises StorageError where the store doesn't answer.
    """

    def __init__(self, storage: Storage, *, report: Callable[[str], None] = lambda problem: None) -> None:
        self._storage = storage
        self._report = report

    def attempts(self, folder: str) -> list[int]:
        """The attempts that have a log below an execution's own folder, `…/<namespace>/<name>-<uid8>`."""
        found = filter(None, map(_PART.fullmatch, self._files(folder)))
        return sorted({int(match[1]) for match in found if part_number(match["name"]) is not None})

    def lines(self, folder: str, attempt: int) -> Iterator[LogLine]:
        """An attempt's log, in order, part by part; none where there is no log. Only the last line of a stream may be unfinished."""
        place = f"{folder}/{attempt}/{FOLDER}"
        return whole_lines(self._parts(place, parts_of(self._files(place))))

    def _parts(self, place: str, names: list[str]) -> Iterator[LogLine]:
        for name, reading in self._read_ahead(place, names):
            try:
                for block in blocks_of(zstd.decompress_pieces(reading.result(), most=_MOST_BYTES)):
                    yield from lines_of(block)
            except ObjectNotFoundError:  # of a task that runs, the oldest may go meanwhile
                yield self._missing(f"the part {name} of this log has gone from the store meanwhile")
            except (zstd.ZstdError, TooLargeError) as error:
                yield self._missing(f"the part {name} of this log can't be read: {error}")

    def _read_ahead(self, place: str, names: list[str]) -> Iterator[tuple[str, Future[bytes]]]:
        """The parts, a few of which are fetched while one is read."""
        with ThreadPoolExecutor(_AHEAD) as pool:
            ahead: deque[tuple[str, Future[bytes]]] = deque()
            try:
                for name in names:
                    ahead.append((name, pool.submit(self._storage.read, f"{place}/{name}", most=_MOST_BYTES)))
                    if len(ahead) > _AHEAD:
                        yield ahead.popleft()
                yield from ahead
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _missing(self, problem: str) -> LogLine:
        self._report(problem)
        return LogLine("", "stderr", True, f"{CUT}{problem}")

    def _files(self, folder: str) -> list[str]:
        try:
            return self._storage.files(folder)
        except ObjectNotFoundError:
            return []

"""One finished execution of the history, by its name or its UID: the newest of that name.

Whoever asks was found to have the right to get executions of that namespace (`kept`): nothing else is looked for, and nothing is read by
a URI that anybody could have made. The record's key is made of the namespace that was admitted, and of a UID and a day in the operator's
own index.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import anyio
from anyio import to_thread

from glider.storage.errors import ObjectNotFoundError
from glider_client.access.answers import Answers, Lasting
from glider_console.history.segments import HistoryError, Listed, Segments
from glider_console.history.together import read_all
from glider_core.api.names import LONGEST_NAME, NAME, NAMESPACE, UID
from glider_core.api.places import parse_place
from glider_core.history.layout import day_of, record_uri
from glider_core.history.records import MOST_BYTES, Record, decode_record
from glider_core.history.rows import Row
from glider_core.history.segments import counting

_NAMESPACE, _NAME, _UID = re.compile(NAMESPACE), re.compile(NAME), re.compile(UID)
#: Days that are searched beside each other, and for how many seconds.
_DAYS_AT_ONCE, _PATIENCE = 8, 15.0
#: One page asks for the same several times. What was found is kept for so many seconds, of so many executions; that there is none, for a
#: moment only: it may be archived by then.
_FOUND, _NOTHING, _MOST = Lasting(seconds=15.0), Lasting(seconds=1.0), 8


@dataclass(frozen=True, slots=True)
class _Sought:
    namespace: str
    name: str


class Records:
    """The records below the history's prefix. Used on the event loop."""

    def __init__(self, segments: Segments) -> None:
        self._segments = segments
        self._found: Answers[_Sought, Record | None] = Answers(lasts=lambda found: _FOUND if found else _NOTHING, most=_MOST)

    async def find(self, namespace: str, name: str) -> Record | None:
        """The execution with that name, the newest, or with that UID; None where the history has none.

        Raises:
            HistoryError: it can't be read, or not in time.
            StorageError: the store refuses or doesn't answer.
        """
        known = _NAMESPACE.fullmatch(namespace) and _NAME.fullmatch(name) and len(name) <= LONGEST_NAME
        if not known or self._segments.prefix is None:
            return None
        sought = _Sought(namespace, name)
        return await self._found.get(sought, lambda: self._find(sought))

    async def _find(self, sought: _Sought) -> Record | None:
        row = await self._row(sought)
        return None if row is None else await self._read(sought.namespace, row)

    async def _row(self, sought: _Sought) -> Row | None:
        """The newest row of the index, but for what was deleted.

        Raises:
            HistoryError: it can't be read in time; or there is none in what can be read, and not all can.
            StorageError: the store refuses or doesn't answer.
        """
        problems: list[str] = []
        with anyio.move_on_after(_PATIENCE) as waiting:
            listed = await self._segments.listed(sought.namespace, fresh=True)
            days = sorted({one.day for one in listed}, reverse=True)
            for first in range(0, len(days), _DAYS_AT_ONCE):
                some = days[first : first + _DAYS_AT_ONCE]
                rows = await self._rows([one for one in listed if one.day in some], sought, problems)
                belonging = (row for row in rows if row.namespace == sought.namespace)
                counted = counting((row.uid, (bool(row.deleted), row.archived), row) for row in belonging).values()
                if found := [row for row in counted if not row.deleted]:
                    return max(found, key=lambda row: (row.created, row.completed, row.uid))
        if waiting.cancelled_caught:
            raise HistoryError(f"The history of {sought.namespace} is too long to be searched in {_PATIENCE:g} s. Open it from the list.")
        if problems:
            raise HistoryError(" ".join(problems))
        return None

    async def _rows(self, listed: list[Listed], sought: _Sought, problems: list[str]) -> list[Row]:
        by_uid = _UID.fullmatch(sought.name) is not None

        async def one(it: Listed) -> list[Row]:
            rows = await self._segments.rows(it, having=sought.name)
            return [row for row in rows if sought.name == (row.uid if by_uid else row.name)]

        found = await read_all(self._segments, listed, one, problems=problems)
        return [row for rows in found.values() for row in rows]

    async def _read(self, namespace: str, row: Row) -> Record | None:
        """The record; None where it was deleted just now.

        Raises:
            HistoryError: it is another one's, or none.
        """
        prefix = self._segments.prefix
        if prefix is None or not _UID.fullmatch(row.uid):
            return None
        uri = record_uri(prefix, namespace=namespace, day=day_of(datetime.fromisoformat(row.completed)), uid=row.uid)
        try:
            data = await self._segments.store.read(parse_place(uri), most=MOST_BYTES, node_identity=True)
            record = await to_thread.run_sync(decode_record, data)
            metadata = record.execution["metadata"]
        except ObjectNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise HistoryError(f"The record of {row.name} can't be read: {error}") from error
        if (metadata.get("namespace"), metadata.get("uid")) != (namespace, row.uid):
            raise HistoryError(f"The record of {row.name} is another execution's.")
        return record

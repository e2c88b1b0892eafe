"""What a client works with: a cluster, and a store where there is one. Inputs go out and outputs come in here."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from glider.settings.reading import read_settings
from glider.storage.access import DataAccess, accessing, current_access
from glider.storage.errors import StorageError
from glider.storage.store import Storage
from glider.storage.uris import join
from glider.wire.interface import Interface
from glider.wire.jsonform import FieldError, LiteralMap, from_literal_map, words
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import NotFoundError
from glider_client.history.finding import Found, find, find_archived
from glider_client.history.source import History, HistoryError, history_of
from glider_client.inputs.placing import with_defaults
from glider_client.sdk.hints import Hints
from glider_client.sdk.values import STORAGE_PREFIX, inline, inputs_of, outputs_of

Json = Mapping[str, Any]

#: Of a file of literals: values that are larger are files of their own.
_MOST_BYTES = 256 << 20

#: The place of a process' data is the process' own: one conversion at a time has another.
_CONVERTING = threading.Lock()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """The inputs as an execution has them: either plain JSON, or a file in the store."""

    inputs: Json | None = None
    uri: str = ""


@dataclass(frozen=True, kw_only=True)
class Session:
    """One cluster, and the prefix in a store below which inputs are put; empty where there is none. `allow_pickle`: of outputs.
    `history`: where the history is; None to find it out.
    """

    cluster: Cluster
    storage: str = ""
    allow_pickle: bool = False
    history: str | None = None

    def find(self, name: str) -> Found:
        """The execution of that name or UID, on the cluster or in the history.

        Raises:
            NotFoundError: it is in neither.
            ClusterError: the API server refuses.
        """
        if not name:
            raise NotFoundError("expected the name of an execution, found an empty one.")
        return find(name, self.cluster, self._history, namespace=self.cluster.namespace)

    def find_archived(self, uid: str, *, namespace: str) -> Found | None:
        """The execution with this UID in the history; None where it isn't there, or the history can't be read."""
        try:
            return find_archived(uid, self._history, namespace=namespace, cluster=self.cluster)
        except HistoryError:
            return None

    def _history(self) -> History:
        return history_of(self.history, self.cluster)

    def sent(self, values: Mapping[str, Any], *, interface: Interface, hints: Hints | None) -> Sent:
        """Python values as inputs; what plain JSON can't hold goes into the store.

        Raises:
            FieldError: one doesn't fit the interface, or needs a store.
            StorageError: the store refuses.
        """
        with self._storing():
            literals = inputs_of(values, interface=interface, hints=hints)
        if (plain := inline(literals, interface)) is not None:
            return Sent(inputs=plain)
        if not self.storage:
            store = f", or a store to put them in (Glider(storage=…) or ${STORAGE_PREFIX})"
            raise _not_plain(literals, store)
        uri = join(self.storage, "inputs", uuid.uuid4().hex, "inputs.pb")
        _storage().write(uri, with_defaults(literals, interface).SerializeToString())
        return Sent(uri=uri)

    def changed(self, values: Mapping[str, Any], *, interface: Interface, hints: Hints | None) -> Json:
        """Python values as plain JSON, in place of some of the inputs of another execution.

        Raises:
            FieldError: one doesn't fit the interface, or has no form in plain JSON.
        """
        with self._storing():
            literals = inputs_of(values, interface=interface, hints=hints, required=False)
        if (plain := inline(literals, interface)) is None:
            raise _not_plain(literals, "")
        return plain

    @contextmanager
    def _storing(self) -> Iterator[None]:
        """Files go below the store's prefix; without one where this process' own go, as in a task."""
        if not self.storage:
            yield
            return
        with _CONVERTING, accessing(DataAccess(storage=_storage(), raw_prefix=join(self.storage, "inputs"))):
            yield

    def outputs(self, execution: Json, *, interface: Interface) -> LiteralMap:
        """The outputs of an execution that succeeded: from its status, or from the store where they are large.

        Raises:
            FieldError: they aren't what the interface promises.
            StorageError: the store doesn't have them, or refuses.
        """
        status = execution.get("status") or {}
        if (small := status.get("outputs")) is not None:
            return outputs_of(small, interface)
        return read_literals(status["outputsUri"]) if status.get("outputsUri") else LiteralMap()


def plain_outputs(execution: Json) -> dict[str, Any]:
    """The outputs of an execution that succeeded as plain JSON: from its status, or from the store where they are large.

    Raises:
        StorageError: the store doesn't have them, or refuses.
    """
    status = execution.get("status") or {}
    if (small := status.get("outputs")) is not None:
        return dict(small)
    return from_literal_map(read_literals(status["outputsUri"])) if status.get("outputsUri") else {}


def _not_plain(literals: LiteralMap, store: str) -> FieldError:
    found = words(f"{literals.ByteSize():,} bytes that don't, or are too many")
    return FieldError("inputs", expected=f"values that travel as JSON{store}", found=found)


def _storage() -> Storage:
    return Storage(read_settings(os.environ).storage)


def read_literals(uri: str) -> LiteralMap:
    """Inputs or outputs in the store, as Flyte writes them.

    Raises:
        StorageError: the store doesn't have them, or refuses.
    """
    data = current_access().storage.read(uri, most=_MOST_BYTES)
    try:
        return LiteralMap.FromString(data)
    except Exception as error:  # protobuf's DecodeError has moved between modules from 4 to 7
        raise StorageError(uri, f"expected the inputs or outputs of a task, found {len(data)} other bytes") from error

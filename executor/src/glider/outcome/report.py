"""Writes how an attempt ended: error.pb to the store, the summary to the termination log.

Both are best effort, and each for itself: a dead store must not keep the summary from the operator.

deck.html is stored beside the outputs when a task that has decks ends, well or not.
"""

from __future__ import annotations

import logging
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum

from glider.outcome import exits
from glider.outcome.failures import OutputsConflictError
from glider.settings.model import Reporting, Settings, StorageSettings
from glider.storage.errors import AccessDeniedError, BucketNotFoundError, ObjectNotFoundError, StorageError
from glider.storage.store import Storage, problem_of
from glider.storage.uris import join
from glider.telemetry.logs import LOGGER
from glider.wire.contract import DECK_FILE, ERROR_FILE, FUTURES_FILE, OUTPUTS_FILE
from glider.wire.errors import TaskError, encode_error
from glider.wire.summary import Summary, encode_summary

_LOGGER = logging.getLogger("glider")
#: Seconds to try to store an error document: less than a pod's grace period of 30 s, with room for the rest.
PATIENCE = 8.0
#: Seconds before each try to find a write whose answer was lost: the store may carry it out a moment after the connection has broken.
_PAUSES = (0.0, 0.3, 1.2)


class Stored(Enum):
    """Whether an error document is stored; not wanted is one beside outputs, or where none can ever be stored."""

    YES = "yes"
    NOT_WANTED = "not wanted"
    FAILED = "failed"


def store_outputs(storage: Storage, prefix: str, *, name: str, data: bytes) -> None:
    """Writes outputs.pb (or futures.pb), whose presence means that all is there.

    Raises:
        OutputsConflictError: there is an error.pb already, of another process. An attempt has one outcome.
        StorageError: it can't be stored.
    """
    uri, other = join(prefix, name), join(prefix, ERROR_FILE)
    try:
        conflict = _is_there(storage, other)
    except StorageError as error:
        raise StorageError(
            uri, f"whether there is an {ERROR_FILE} already can't be found out: {error}", endpoint=error.endpoint, lasting=error.lasting
        ) from error
    if conflict:
        raise OutputsConflictError(f"{other}: another process has stored the outcome of this attempt already")
    try:
        storage.write(uri, data)
    except StorageError as error:
        if error.lasting or not _holds(storage.persistent, uri, data):  # else only the answer was lost
            raise


def stored_outputs(storage: Storage, prefix: str) -> str | None:
    """Which file shows that there are outputs, if any.

    Raises:
        StorageError: the store can't be asked.
    """
    return next((name for name in (OUTPUTS_FILE, FUTURES_FILE) if _is_there(storage, join(prefix, name))), None)


def store_error(
    error: TaskError,
    *,
    output_prefix: str,
    settings: StorageSettings,
    metadata: Mapping[str, str],
    reporting: Reporting,
    patience: float = PATIENCE,
) -> Stored:
    """Writes the error document. Not beside outputs: those stand, whoever wrote them."""
    try:
        if problem := problem_of(output_prefix, writing=True):
            _LOGGER.error("the error document can't be stored: %s", problem)
            return Stored.NOT_WANTED
        storage = Storage(settings, patience=patience, metadata=metadata).persistent
        name = f"error-{uuid.uuid4().hex}.pb" if reporting.distributed else ERROR_FILE
        if error.code == exits.OUTPUTS_CONFLICT.code:
            return Stored.YES  # the other's
        if not reporting.distributed and (outputs := stored_outputs(storage, output_prefix)):
            _LOGGER.error("no error document is stored beside %s, which is there already", join(output_prefix, outputs))
            return Stored.NOT_WANTED
        storage.write(join(output_prefix, name), encode_error(error))
    except Exception as problem:
        _LOGGER.error("the error document can't be stored: %s: %s", type(problem).__name__, problem)
        if isinstance(problem, (AccessDeniedError, BucketNotFoundError)) and problem.lasting:
            return Stored.NOT_WANTED  # the store's own answer, which the parent would get too
        return Stored.FAILED  # also of what else lasts: it may be this process that can't any more, and the parent finds out
    return Stored.YES


def write_summary(summary: Summary, reporting: Reporting) -> bool:
    """Writes the summary where the kubelet takes it from; nothing outside of Glider. Whether that is done."""
    if not reporting.under_glider:
        return True
    try:
        data = _encoded(summary)
        with open(reporting.termination_log, "wb") as file:  # noqa: PTH123 - pathlib is 5 ms of start-up
            file.write(data)
    except Exception as problem:  # the outcome stands already; a summary that can't be made must not change it
        _LOGGER.error("the summary can't be written to %s: %s", reporting.termination_log, problem)
        return False
    return True


def _encoded(summary: Summary) -> bytes:
    try:
        return encode_summary(summary)
    except Exception as problem:
        _LOGGER.warning("the outputs can't be shown in the summary: %s", problem)
        return encode_summary(replace(summary, outputs=None))


def _is_there(storage: Storage, uri: str) -> bool:
    try:
        return storage.exists(uri)
    except AccessDeniedError:  # S3's answer for what isn't there, to those who may not list
        return False


def _holds(storage: Storage, uri: str, data: bytes) -> bool:
    for pause in _PAUSES:
        time.sleep(pause)
        try:
            return storage.read(uri) == data
        except ObjectNotFoundError:
            continue
        except StorageError:
            return False
    return False


def prepare_metrics(settings: Settings) -> None:
    """Where somebody named a sink. Nothing of metrics is imported elsewhere, which saves a trivial task some milliseconds."""
    if settings.statsd.configured:
        from glider.telemetry.metrics import prepare

        prepare(settings.statsd)


def send_metrics(summary: Summary, settings: Settings) -> None:
    """Sends the executor's metrics. They never change an outcome, which is reported already."""
    if not settings.statsd.configured and "glider.telemetry.sink" not in sys.modules:
        return
    try:
        from glider.telemetry.metrics import send
        from glider.version import __version__

        send(summary, settings.statsd, settings.identity, api_version=__version__.replace(".", "_"))
    except Exception as problem:
        _LOGGER.warning("the executor's metrics can't be sent: %s", problem)


_source: Callable[[], str] | None = None


def use_decks(source: Callable[[], str]) -> None:
    """Makes `source` what renders the running task's decks."""
    global _source
    _source = source


def store_deck(storage: Storage, output_prefix: str) -> None:
    """Stores deck.html, if the task has decks. Never fails: a task isn't worse for want of one."""
    if _source is None:
        return
    try:
        storage.write(join(output_prefix, DECK_FILE), _source().encode(errors="replace"), attributes={"Content-Type": "text/html"})
    except Exception as problem:
        LOGGER.warning("%s can't be stored: %s", DECK_FILE, problem)

"""Writes how an attempt ended: error.pb to the store, the summary to the termination log.

Both are best effort, and each for itself: a dead store must not keep the summary from the operator.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping

from glider.settings.model import Reporting, StorageSettings
from glider.storage.store import Storage
from glider.storage.uris import join
from glider.wire.contract import ERROR_FILE
from glider.wire.errors import TaskError, encode_error
from glider.wire.summary import Summary, encode_summary

_LOGGER = logging.getLogger("glider")
#: Seconds to try to store an error document: less than a pod's grace period of 30 s, with room for the rest.
_PATIENCE = 8.0


def store_error(
    error: TaskError, *, output_prefix: str, settings: StorageSettings, metadata: Mapping[str, str], reporting: Reporting
) -> bool:
    """Writes the error document; whether it is stored."""
    name = f"error-{uuid.uuid4().hex}.pb" if reporting.distributed else ERROR_FILE
    uri = join(output_prefix, name)
    try:
        Storage(settings, patience=_PATIENCE, metadata=metadata).write(uri, encode_error(error))
    except Exception as problem:
        _LOGGER.error("the error document can't be stored: %s", problem)
        return False
    return True


def write_summary(summary: Summary, reporting: Reporting) -> None:
    """Writes the summary where the kubelet takes it from; nothing outside of Glider."""
    if not reporting.under_glider:
        return
    try:
        with open(reporting.termination_log, "wb") as file:  # noqa: PTH123 - pathlib is 5 ms of start-up
            file.write(encode_summary(summary))
    except Exception as problem:  # the outcome stands already; a summary that can't be made must not change it
        _LOGGER.error("the summary can't be written to %s: %s", reporting.termination_log, problem)

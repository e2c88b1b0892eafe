"""Exceptions that task authors raise. They carry the names and codes of flytekit's, with no flytekit import."""

from __future__ import annotations

from glider.wire.errors import CODE_RECOVERABLE


class FlyteRecoverableException(Exception):  # noqa: N818 - flytekit's name
    """Raised by a task to report that another attempt may help; the execution's user retries apply."""

    error_code = CODE_RECOVERABLE

"""Why an execution or an attempt failed, as flyteidl's ExecutionError."""

from __future__ import annotations

from datetime import datetime

from flyteidl.core import execution_pb2

from glider.wire.errors import Origin
from glider_admin.messages.times import timestamp
from glider_core.api.failure import Failure

_KINDS = {Origin.USER: execution_pb2.ExecutionError.USER, Origin.SYSTEM: execution_pb2.ExecutionError.SYSTEM}


def execution_error(failure: Failure, *, uri: str = "", at: datetime | None = None, worker: str = "") -> execution_pb2.ExecutionError:
    """`failure` in Flyte's form: its kind is whose failure it is.

    Args:
        failure: what happened.
        uri: where error.pb is.
        at: when it happened.
        worker: the pod's name.
    """
    return execution_pb2.ExecutionError(
        code=failure.code, message=failure.message, kind=_KINDS[failure.origin], error_uri=uri, timestamp=timestamp(at), worker=worker
    )

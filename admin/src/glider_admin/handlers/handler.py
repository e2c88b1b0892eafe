"""What a handler is: a function of the call and the request, for one RPC."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from glider_admin.front import Call

#: Answers one RPC. It raises what `glider_admin.errors` knows: FieldError, ClusterError, StorageError, RefusedError.
Handler: TypeAlias = Callable[[Call, Any], Awaitable[Any]]

"""What an eager task's pod needs beyond flytekit's own code, which runs there as it is: flytekit starts the children and waits for them.

SIGTERM ends this attempt alone. flytekit's handler would end the children, but the next attempt goes on with them; whoever cancels the
execution cancels them, too. A front that is away for some minutes fails no child: it is asked again in flytekit's next round. And a child
that isn't started yet isn't shown in the deck. There flytekit's thread would end by an error, and the task wait for ever.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from glider.telemetry.logs import LOGGER

#: For how many seconds the front may be away.
PATIENCE = 600.0
_MODULE = "flytekit.core.worker_queue"
_METHODS = ("get_signal_handler", "reconcile_one", "render_html")


def prepare_controller() -> None:
    """To be called once flytekit is imported. A flytekit that starts others in another way is left alone."""
    controller = getattr(sys.modules.get(_MODULE), "Controller", None)
    if controller is None or not all(hasattr(controller, name) for name in _METHODS):
        return
    controller.get_signal_handler = _present_handler
    controller.reconcile_one = _patient(controller.reconcile_one)
    controller.render_html = _of_started(controller.render_html)


def _present_handler(controller: Any) -> Any:
    """That of the executor, or of the user's module."""
    return signal.getsignal(signal.SIGTERM)


def _patient(reconcile_one: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    silent_since: float | None = None

    def reconcile(controller: Any, update: Any) -> None:
        nonlocal silent_since
        reconcile_one(controller, update)
        if type(update.error).__name__ != "FlyteSystemUnavailableException":
            silent_since = None
            return
        now = time.monotonic()
        silent_since = now if silent_since is None else silent_since
        if now - silent_since < PATIENCE:
            LOGGER.warning("the front doesn't answer about a call of %s; it is asked again", update.work_item.entity.name)
            running = type(update.status)("Running")
            update.error, update.status, update.wf_exec = None, running, update.work_item.wf_exec

    return reconcile


def _of_started(render_html: Callable[[Any], str]) -> Callable[[Any], str]:
    def render(controller: Any) -> str:
        entries = {name: [item for item in items if item.wf_exec is not None] for name, items in controller.entries.items()}
        return render_html(SimpleNamespace(entries=entries, remote=controller.remote))

    return render

"""flytekit's own controller of an eager task, prepared for a pod: it outlives a front that is away, and keeps what it has started."""

from __future__ import annotations

import signal
from types import SimpleNamespace
from typing import Any

import pytest
from flytekit import task
from flytekit.core.worker_queue import Controller, ItemStatus, Update, WorkItem
from flytekit.exceptions.system import FlyteSystemUnavailableException
from flytekit.exceptions.user import FlyteEntityNotExistException
from flytekit.models.core.execution import WorkflowExecutionPhase

from glider.flytekit.eager import prepare_controller


@task
def double(x: int) -> int:
    return 2 * x


STARTED = SimpleNamespace(id=SimpleNamespace(name="e-fan-0"), closure=SimpleNamespace(phase=WorkflowExecutionPhase.SUCCEEDED))


class Remote:
    """Answers, or raises, one after the other."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)

    def sync_execution(self, execution: Any) -> Any:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def generate_console_url(self, execution: Any) -> str:
        return f"http://console/{execution.id.name}"


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("get_signal_handler", "reconcile_one", "render_html"):
        monkeypatch.setattr(Controller, name, getattr(Controller, name))
    prepare_controller()


def controller_with(remote: Remote, *items: WorkItem) -> Any:
    """Flytekit's, without its thread."""
    controller: Any = Controller.__new__(Controller)
    controller.remote, controller.entries, controller.launch_execution = remote, {"double": list(items)}, lambda item, number: None
    return controller


def item(execution: Any = None) -> WorkItem:
    return WorkItem(entity=double, input_kwargs={"x": 1}, wf_exec=execution)


@pytest.mark.usefixtures("prepared")
def test_sigterm_stays_with_whoever_handles_it() -> None:
    assert controller_with(Remote()).get_signal_handler() == signal.getsignal(signal.SIGTERM)


@pytest.mark.usefixtures("prepared")
def test_a_front_that_is_away_for_a_moment_fails_no_child() -> None:
    controller = controller_with(Remote(FlyteSystemUnavailableException(), STARTED))
    update = Update(work_item=item(STARTED), idx=0)
    controller.reconcile_one(update)
    assert (update.status, update.error, update.wf_exec) == (ItemStatus.RUNNING, None, STARTED)
    controller.reconcile_one(update)
    assert update.status is ItemStatus.SUCCESS


@pytest.mark.usefixtures("prepared")
def test_a_front_that_stays_away_fails_it(monkeypatch: pytest.MonkeyPatch) -> None:
    controller = controller_with(Remote(*[FlyteSystemUnavailableException()] * 3, STARTED, FlyteSystemUnavailableException()))
    found = []
    for seconds in (0, 599, 600, 700, 800):
        monkeypatch.setattr("time.monotonic", lambda now=seconds: float(now))
        update = Update(work_item=item(STARTED), idx=0)
        controller.reconcile_one(update)
        found.append(update.status)
    assert found == [ItemStatus.RUNNING, ItemStatus.RUNNING, ItemStatus.FAILED, ItemStatus.SUCCESS, ItemStatus.RUNNING]


@pytest.mark.usefixtures("prepared")
def test_any_other_error_is_the_childs() -> None:
    update = Update(work_item=item(STARTED), idx=0)
    controller_with(Remote(FlyteEntityNotExistException())).reconcile_one(update)
    assert update.status is ItemStatus.FAILED
    assert isinstance(update.error, FlyteEntityNotExistException)


@pytest.mark.usefixtures("prepared")
def test_the_deck_shows_those_that_are_started() -> None:
    page = controller_with(Remote(), item(STARTED), item()).render_html()
    assert page.count("<h3>Task:") == 1
    assert "http://console/e-fan-0" in page

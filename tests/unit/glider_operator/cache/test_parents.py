"""Which live executions belong to which, also where the parent isn't cached any more; nothing is kept without a child."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glider_core.api.execution import Execution, OwnerReference
from glider_core.api.phases import Phase
from glider_core.api.status import Status
from glider_core.reconcile.parents import Parent, UnknownParent
from glider_operator.cache.executions import ExecutionCache
from glider_operator.cache.parents import ParentCache
from tests.unit.glider_core.builders import make_execution

FAN = make_execution(name="fan", uid="uid-of-fan")
FAILED = replace(FAN, status=Status(phase=Phase.FAILED), resource_version="200")


def child(number: int = 0) -> Execution:
    made = make_execution(name=f"child-{number}", uid=f"child-{number}")
    return replace(made, parent=OwnerReference(name="fan", uid="uid-of-fan"))


class Known:
    """Both caches, as the tracker keeps them."""

    def __init__(self) -> None:
        self.executions = ExecutionCache()
        self.parents = ParentCache(self.executions)

    def remember(self, *executions: Execution) -> None:
        for execution in executions:
            assert self.executions.update(execution)
            self.parents.remember(execution)

    def forget(self, execution: Execution) -> None:
        self.executions.forget(execution.uid, left_at=1000)
        self.parents.forget(execution.uid)


@pytest.fixture
def known() -> Known:
    return Known()


def test_a_parent_that_is_cached_counts(known: Known) -> None:
    known.remember(child(), FAN)
    assert known.parents.of(child()) == Parent(name="fan", phase=Phase.PENDING)
    known.remember(replace(FAN, lifecycle=replace(FAN.lifecycle, cancel=True), resource_version="150"))
    assert known.parents.of(child()) == Parent(name="fan", phase=Phase.PENDING, cancelled=True)


def test_one_of_another_namespace_is_none(known: Known) -> None:
    known.remember(replace(FAN, namespace="elsewhere"), child())
    assert known.parents.of(child()) is None


def test_an_execution_without_a_parent_has_none(known: Known) -> None:
    assert known.parents.of(FAN) is None


def test_one_that_nobody_has_reported_is_unknown_until_it_is_looked_up(known: Known) -> None:
    known.remember(child())
    assert known.parents.of(child()) == UnknownParent()
    known.parents.found("uid-of-fan", None)
    assert known.parents.of(child()) is None


def test_the_end_of_a_parent_is_remembered_for_its_children(known: Known) -> None:
    known.remember(FAN, child(0), child(1))
    assert set(known.parents.children("uid-of-fan")) == {"child-0", "child-1"}
    known.remember(FAILED)
    known.forget(FAILED)
    assert known.parents.of(child()) == Parent(name="fan", phase=Phase.FAILED)


def test_what_a_lookup_found_before_the_watch_does_not_count_after_it(known: Known) -> None:
    known.remember(child())
    known.parents.found("uid-of-fan", Parent.of(FAN))
    known.remember(FAN)
    known.forget(FAN)
    assert known.parents.of(child()) == UnknownParent()


def test_nothing_is_kept_without_a_live_child(known: Known) -> None:
    known.remember(FAN, child(0), child(1), FAILED)
    known.forget(child(0))
    assert known.parents.is_known("uid-of-fan")
    known.remember(replace(child(1), status=Status(phase=Phase.ABORTED), resource_version="200"))
    assert not known.parents.is_known("uid-of-fan")
    assert known.parents.children("uid-of-fan") == ()
    known.parents.found("uid-of-fan", None)
    assert not known.parents.is_known("uid-of-fan")

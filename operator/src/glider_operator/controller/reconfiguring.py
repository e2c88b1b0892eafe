"""What another configuration means for executions that are there already, and what they do while theirs can't be used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from glider.wire.jsonform import FieldError
from glider_core.api import reasons
from glider_core.api.execution import Execution
from glider_core.api.policies import PodRetention
from glider_core.config import Config
from glider_core.reconcile.plan import NOTHING, Plan
from glider_core.reconcile.reconciling import block
from glider_operator.cache.executions import Key


def kept_otherwise(over: Sequence[Key], before: Config, after: Config) -> list[Key]:
    """Those of `over` that are to be kept for another time than before, or their pods."""
    namespaces = {namespace for namespace, _ in over}
    concerned = {namespace for namespace in namespaces if _kept(namespace, before) != _kept(namespace, after)}
    return [key for key in over if key[0] in concerned]


def _kept(namespace: str, config: Config) -> tuple[timedelta | None, PodRetention] | None:
    try:
        policies = config.for_namespace(namespace).policies
    except FieldError:
        return None
    return policies.ttl, policies.pod_retention


def wait_for_another(execution: Execution, error: FieldError, *, now: datetime) -> Plan:
    """The plan where entries of the configuration that are for the execution's namespace don't fit together: to say so.

    What was checked when the configuration was read is each entry alone: which of them meet, only the names of namespaces tell.
    """
    if execution.status.phase.terminal:
        return NOTHING
    message = f"the configuration's namespaceDefaults for namespace {execution.namespace} don't fit together: {error}"
    return block(execution, reason=reasons.CONFIGURATION_REFUSED, message=message, now=now)

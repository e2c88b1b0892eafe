"""What another configuration means for executions that are there already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from glider.wire.jsonform import FieldError
from glider_core.api.lifecycle import TtlAction
from glider_core.api.policies import PodRetention
from glider_core.config import Config
from glider_operator.cache.executions import Key


def kept_otherwise(finished: Sequence[Key], before: Config, after: Config) -> list[Key]:
    """Those of `finished` that are to be kept for another time than before, or their pods."""
    namespaces = {namespace for namespace, _ in finished}
    concerned = {namespace for namespace in namespaces if _kept(namespace, before) != _kept(namespace, after)}
    return [key for key in finished if key[0] in concerned]


def _kept(namespace: str, config: Config) -> tuple[timedelta | None, TtlAction, PodRetention] | None:
    try:
        policies = config.for_namespace(namespace).policies
    except FieldError:
        return None
    return policies.ttl, policies.ttl_action, policies.pod_retention

"""What the operator's configuration decides about executions and their pods: patience, retention, and how many at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from glider_core.api.kinds import member
from glider_core.api.lifecycle import TtlAction
from glider_core.api.retrying import Timeouts
from glider_core.api.settings import DURATION, DURATION_OR_FOREVER, LIMIT, SECONDS, as_in_task, section, setting


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long a pod may wait for something that can still be repaired, before its attempt counts as failed."""

    image_pull: timedelta = setting("An image that can't be pulled.", DURATION, default=timedelta(minutes=5))
    config: timedelta = setting(
        "A Secret or ConfigMap that the container's environment names, and that isn't there.", DURATION, default=timedelta(minutes=1)
    )
    create: timedelta = setting("A container that can't be created.", DURATION, default=timedelta(minutes=3))
    mount: timedelta = setting("A volume that can't be mounted.", DURATION, default=timedelta(minutes=5))
    other: timedelta = setting("Any other reason to wait.", DURATION, default=timedelta(minutes=5))
    store: timedelta = setting(
        "A store that doesn't answer when the operator has to read there how a task ended.", DURATION, default=timedelta(hours=1)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class PodRetention:
    """How long the pods of a finished execution stay: for their logs, those of failed attempts longer. None: as long as it does."""

    succeeded: timedelta | None = setting("Pods that ended well.", DURATION_OR_FOREVER, default=timedelta(hours=1))
    failed: timedelta | None = setting("Pods of failed attempts.", DURATION_OR_FOREVER, default=timedelta(hours=24))


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateRetention:
    """How long TaskTemplates stay that tools wrote and nobody uses. `unused_for` None: for ever."""

    unused_for: timedelta | None = setting(
        "After how long without an execution that uses it. Its deletion is announced on it a quarter of that before, at most a week.",
        DURATION_OR_FOREVER,
        default=None,
        default_text="forever",
    )
    keep_versions: int = setting("How many of the newest versions of each task stay nevertheless.", LIMIT, default=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Policies:
    """All of them. `max_concurrent` and `ttl` are None where there is no limit."""

    patience: Patience = setting(
        "How long a pod may wait for something that can still be repaired, before its attempt counts as failed.",
        section(Patience),
        default=Patience,
    )
    pod_retention: PodRetention = setting(
        "How long the pods of a finished execution stay, for their logs.", section(PodRetention), default=PodRetention
    )
    template_retention: TemplateRetention = setting(
        "How long TaskTemplates stay that tools wrote and nobody uses. The label glider.dev/keep keeps one.",
        section(TemplateRetention),
        default=TemplateRetention,
    )
    timeouts: Timeouts = setting("How long executions may take that give no timeouts.", as_in_task("timeouts", Timeouts), default=Timeouts)
    max_concurrent: int | None = setting(
        "How many executions of one namespace may have a pod at once; the others wait, by their priority.", LIMIT, default_text="any number"
    )
    ttl: timedelta | None = setting(
        "After how many seconds finished executions are deleted.", SECONDS, name="ttlSecondsAfterFinished", default_text="never"
    )
    ttl_action: TtlAction = setting(
        "What is done then: Delete, or Compact, which keeps an execution's phase, outputs and error, for GitOps.",
        member(TtlAction),
        default=TtlAction.DELETE,
    )

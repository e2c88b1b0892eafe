"""What the operator's configuration decides about executions and their pods: patience, retention, and how many at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from glider_operator.model.fields import Fields
from glider_operator.model.retrying import Timeouts, parse_timeouts


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long a pod may wait for what somebody may still mend, before its attempt counts as failed.

    `image_pull`: an image that can't be pulled. `config`: a Secret or ConfigMap of the environment that isn't there.
    `create`: a container that can't be created. `mount`: a volume that can't be mounted. `other`: any other reason to wait.
    """

    image_pull: timedelta = timedelta(minutes=5)
    config: timedelta = timedelta(minutes=1)
    create: timedelta = timedelta(minutes=3)
    mount: timedelta = timedelta(minutes=5)
    other: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class PodRetention:
    """How long the pods of a finished execution stay: for their logs, those of failed attempts longer. None: as long as it does."""

    succeeded: timedelta | None = timedelta(hours=1)
    failed: timedelta | None = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True, slots=True)
class Policies:
    """All of them. `max_concurrent`: how many executions of one namespace may run at once; None: any number."""

    patience: Patience = field(default_factory=Patience)
    pod_retention: PodRetention = field(default_factory=PodRetention)
    timeouts: Timeouts = field(default_factory=Timeouts)
    max_concurrent: int | None = None
    ttl: timedelta | None = None


def parse_policies(fields: Fields) -> Policies:
    """The policies among the configuration's keys.

    Raises:
        FieldError: one of them is of another form.
    """
    ttl = fields.count("ttlSecondsAfterFinished")
    return Policies(
        patience=_parse_patience(fields.object("patience")),
        pod_retention=_parse_retention(fields.object("podRetention")),
        timeouts=parse_timeouts(fields.object("timeouts")),
        max_concurrent=fields.count("maxConcurrent") or None,
        ttl=None if ttl is None else timedelta(seconds=ttl),
    )


def _parse_patience(fields: Fields) -> Patience:
    default = Patience()
    patience = Patience(
        image_pull=_or(fields.duration("imagePull"), default.image_pull),
        config=_or(fields.duration("config"), default.config),
        create=_or(fields.duration("create"), default.create),
        mount=_or(fields.duration("mount"), default.mount),
        other=_or(fields.duration("other"), default.other),
    )
    fields.done()
    return patience


def _parse_retention(fields: Fields) -> PodRetention:
    default = PodRetention()
    retention = PodRetention(
        succeeded=_kept(fields, "succeeded", default.succeeded),
        failed=_kept(fields, "failed", default.failed),
    )
    fields.done()
    return retention


def _kept(fields: Fields, name: str, default: timedelta | None) -> timedelta | None:
    if fields.raw(name) == "forever":
        return None
    return _or(fields.duration(name), default) if default is not None else fields.duration(name)


def _or(value: timedelta | None, default: timedelta) -> timedelta:
    return default if value is None else value

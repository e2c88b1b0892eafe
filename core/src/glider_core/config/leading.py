"""Which of several operators acts, in the words of JobSet's and Kueue's configuration, and of client-go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from glider.wire.jsonform import FieldError
from glider_core.api.moments import words
from glider_core.api.settings import DURATION, FLAG, NAME, NAMESPACE, setting

#: What a renewal may take beside its period, as client-go has it.
_JITTER = 1.2


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaderElection:
    """Which of several replicas acts: the one that holds the Lease."""

    leader_elect: bool = setting("Act only while holding the Lease; needed with more than one replica.", FLAG, default=False, restart=True)
    lease_duration: timedelta = setting(
        "How long the others wait after the last renewal that they saw before they take the Lease.",
        DURATION,
        default=timedelta(seconds=15),
        restart=True,
    )
    renew_deadline: timedelta = setting(
        "How long the leader goes on after its last renewal. It writes nothing after that.",
        DURATION,
        default=timedelta(seconds=10),
        restart=True,
    )
    retry_period: timedelta = setting(
        "How often the Lease is renewed, and checked by the others.", DURATION, default=timedelta(seconds=2), restart=True
    )
    resource_name: str = setting(
        "The Lease's name; with an instanceId, that is added to it.", NAME, default="glider-operator", restart=True
    )
    resource_namespace: str | None = setting("The Lease's namespace.", NAMESPACE, default_text="the operator's own", restart=True)


def check_leader_election(config: LeaderElection) -> None:
    """Refuse periods with which no operator could be sure to lead.

    Raises:
        FieldError: they don't fit together.
    """
    for name, value, above, above_words in (
        ("leaseDuration", config.lease_duration, config.renew_deadline, "renewDeadline"),
        ("renewDeadline", config.renew_deadline, config.retry_period * _JITTER, f"{_JITTER} retryPeriod"),
    ):
        if value <= above:
            expected = f"more than {above_words}, which is {words(above)}"
            raise FieldError(f"leaderElection.{name}", expected=expected, found=words(value))
    if config.retry_period <= timedelta():
        raise FieldError("leaderElection.retryPeriod", expected="more than 0s", found=words(config.retry_period))

"""What may be asked of the API server beyond what has to be, now that it may be busy.

A success needs two writes: the pod, and the status at the end. That the task runs is worth a third where it runs for a while;
where many start at once, for a longer while, since the API server's time then goes to starting and ending them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

#: Long enough for most that is short: Kubernetes' times are whole seconds.
BRIEF = timedelta(seconds=2)
BRIEF_IN_A_CROWD = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Leisure:
    """`brief`: what ends sooner than this after its start is never shown as `Running`. `asks`: whether a pod's Events may be listed."""

    brief: timedelta = BRIEF
    asks: bool = True


AT_EASE = Leisure()

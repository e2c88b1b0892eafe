"""What may be asked of the API server beyond what has to be, now that it may be busy.

A success needs two writes: the pod, and the status at the end. That the task runs is worth a third where it runs for a while, and
that it waits for its turn one more where it waits for long; where many do so at once, for longer, since the API server's time
then goes to starting and ending them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """How long what is ordinary lasts before it is worth a write.

    Attributes:
        brief: what ends sooner than this after its start is never shown as `Running`. Kubernetes' times are whole seconds.
        patient: what is scheduled, pulled and started within this of its pod's creation is never shown as waiting.
        step: what is shown as waiting, and goes on to the next step of its start, is shown there after this.
        asks: whether a pod's Events may be listed.
    """

    brief: timedelta = timedelta(seconds=3)
    patient: timedelta = timedelta(seconds=30)
    step: timedelta = timedelta()
    asks: bool = True


NORMAL = Allowance()
REDUCED = Allowance(brief=timedelta(seconds=20), patient=timedelta(minutes=2), step=timedelta(seconds=10))

"""What the parent process does when the one with the task has ended."""

from __future__ import annotations

import os
from collections.abc import Sequence

from glider.supervision.ending import Ending
from glider.supervision.line import ENDED


def tell(program: str, arguments: Sequence[str], ending: Ending) -> int:
    """Tells the end, unless the child did; the exit code."""
    code = ending.last(ENDED)
    if code is not None:
        return int(code)
    from glider.cli.commands import asked_by
    from glider.runtime.postmortem import tell as tell_postmortem

    return tell_postmortem(ending, asked_by(program, arguments), os.environ)

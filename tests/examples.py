"""manifests/examples: what is in each file, and how its executions are to end by its own line `# Ends:`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

FOLDER = ROOT / "manifests" / "examples"
FILES = sorted(FOLDER.glob("*.yaml"))
#: Where the files have data of the reader's own.
BUCKET = "s3://my-bucket"
#: An end that is none of the phases: it isn't there any more.
DELETED = "Deleted"

_ENDS = re.compile(r"^# Ends: (\S+) (\S+)(?: (.+))?$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """How an execution is to end; `reason` and `outputs` are None where the file leaves them open."""

    execution: str
    phase: str
    reason: str | None = None
    outputs: Mapping[str, Any] | None = None

    def found(self, execution: Mapping[str, Any] | None) -> str:
        """What is otherwise; nothing where it ended so."""
        if execution is None:
            return "" if self.phase == DELETED else "it isn't there"
        status = execution.get("status", {})
        reason = next((one["reason"] for one in status.get("conditions", ()) if one["type"] == "Succeeded"), None)
        ended = (status.get("phase"), self.reason and reason, None if self.outputs is None else status.get("outputs", {}))
        return "" if ended == (self.phase, self.reason, self.outputs) else f"{status}"


def ends_of(path: Path) -> list[End]:
    """The ends that the file promises."""
    ends = []
    for name, phase, rest in _ENDS.findall(path.read_text()):
        detail: dict[str, Any] = {"outputs": json.loads(rest)} if rest.startswith("{") else {"reason": rest or None}
        ends.append(End(execution=name, phase=phase, **detail))
    return ends

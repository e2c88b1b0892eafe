"""What an operator asks the API server for, by the audit log, beside what its Roles give it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

import yaml

#: The namespace where it counts, or "" where it counts in all; group, resource with its subresource, and verb.
Right: TypeAlias = tuple[str, str, str, str]
_LONGEST_LINE = 4 << 20


def rights_in(manifests: str) -> Iterator[Right]:
    """What the Roles and ClusterRoles among `manifests` give."""
    for document in filter(None, yaml.safe_load_all(manifests)):
        for rule in document.get("rules") or ():
            yield from product([document["metadata"].get("namespace", "")], rule["apiGroups"], rule["resources"], rule["verbs"])


def right_for(asked: Right, granted: frozenset[Right]) -> Right | None:
    """The right by which the API server answers."""
    namespace, *what = asked
    return next((right for right in ((namespace, *what), ("", *what)) if right in granted), None)


class Audit:
    """The log from where it is when this is made, or from its beginning; read on at each look.

    Args:
        path: the log.
        user: whose requests count, a regular expression.
        since: entries before this moment aren't of this run.
        whole: from the log's beginning.
    """

    def __init__(self, path: Path, *, user: str, since: str = "", whole: bool = False) -> None:
        self._path = path
        self._offset = 0 if whole else _line_start(path)
        self._since = since
        self._user = re.compile(user)
        self.asked: dict[Right, int] = {}
        self.refused: list[str] = []

    def read_on(self) -> None:
        with self._path.open("rb") as log:
            log.seek(self._offset)
            for line in log:
                if not line.endswith(b"\n"):
                    break  # it is being written
                self._offset += len(line)
                if b"system:serviceaccount:" in line:
                    self._take(json.loads(line))

    def _take(self, entry: dict[str, Any]) -> None:
        if entry["requestReceivedTimestamp"] < self._since or not self._user.fullmatch(entry["user"]["username"]):
            return  # of an earlier run, or of somebody who asks what this one may
        if (reference := entry.get("objectRef")) is None or "resource" not in reference:
            return  # which API groups there are, which everybody may ask
        resource = "/".join(filter(None, (reference["resource"], reference.get("subresource"))))
        asked = (reference.get("namespace", ""), reference.get("apiGroup", ""), resource, entry["verb"])
        self.asked[asked] = self.asked.get(asked, 0) + 1
        if (entry.get("responseStatus") or {}).get("code") == 403:
            self.refused.append(f"{asked}: {entry['responseStatus'].get('message')}")


def _line_start(path: Path) -> int:
    """Where the log's last line begins, which may still be being written: the rest of it would be no line."""
    with path.open("rb") as log:
        size = path.stat().st_size
        start = max(0, size - _LONGEST_LINE)
        log.seek(start)
        return start + log.read(size - start).rfind(b"\n") + 1

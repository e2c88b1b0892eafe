"""Reads executions and their tasks, and does to an execution what a verb asks for. What that is, `verbs` decides; here are the requests.

Each names the UID of the execution that was decided about: another one that has its name by now isn't touched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ConflictError, InvalidObjectError, NotFoundError
from glider_client.cluster.paths import executions
from glider_client.sdk.verbs import Change, Decision, Refused, Verb, decide, is_done
from glider_client.sdk.waiting import wait_until

Json = Mapping[str, Any]

#: How the API server refuses a UID that isn't the object's: a precondition, or a field of a patch.
_ANOTHER = re.compile(r"UID in (the )?precondition|metadata\.uid: ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Acted:
    """What became of it: the execution as the API server returned it, and what was decided."""

    execution: Json
    decision: Decision

    @property
    def refused(self) -> bool:
        """Whether nothing could be done."""
        return isinstance(self.decision, Refused)

    @property
    def words(self) -> str:
        """What to report, after the execution's name."""
        return self.decision.why if isinstance(self.decision, Refused) else self.decision.result


def act(cluster: Cluster, verb: Verb, execution: Json, *, annotations: Mapping[str, str] = {}) -> Acted:
    """`verb` done to `execution`, a document of the API server's. `annotations`: what a patch keeps beside it, such as who asked.

    Raises:
        ClusterError: the API server refuses; a ConflictError where another execution has the name by now.
    """
    decision = decide(verb, execution)
    if not isinstance(decision, Change):
        return Acted(execution=execution, decision=decision)
    metadata = execution["metadata"]
    path = executions(metadata["namespace"], metadata["name"])
    try:
        if decision.patch is None:
            preconditions = {"preconditions": {"uid": metadata["uid"]}}
            cluster.delete(path, body={"apiVersion": "v1", "kind": "DeleteOptions", **preconditions})
            return Acted(execution=execution, decision=decision)
        return Acted(execution=cluster.patch(path, _annotated(decision.patch, annotations)), decision=decision)
    except (ConflictError, InvalidObjectError) as error:
        if not _ANOTHER.search(str(error)):
            raise
        raise ConflictError(
            f"{metadata['name']} can't be {verb.participle}: it was deleted, and another execution has its name now. Check that one first."
        ) from error


def _annotated(patch: dict[str, Any], annotations: Mapping[str, str]) -> dict[str, Any]:
    return {**patch, "metadata": {**patch["metadata"], "annotations": dict(annotations)}} if annotations else patch


def wait_for(cluster: Cluster, verb: Verb, execution: Json, *, timeout: float | None = None) -> Json | None:
    """`execution` once `verb` has taken effect on it, or never will; None where it is gone.

    Raises:
        WaitTimeoutError: it takes longer.
        ClusterError: the API server refuses.
    """
    metadata = execution["metadata"]
    found = wait_until(
        cluster,
        namespace=metadata["namespace"],
        name=metadata["name"],
        done=lambda seen: is_done(verb, seen, uid=metadata["uid"]),
        timeout=timeout,
        known=execution,
    )
    return found if found is not None and found["metadata"]["uid"] == metadata["uid"] else None


def read(cluster: Cluster, name: str, *, namespace: str) -> Json:
    """The execution of that name.

    Raises:
        NotFoundError: there is none.
    """
    if not name:
        raise NotFoundError("expected the name of an execution, found an empty one.")
    return cluster.get(executions(namespace, name))

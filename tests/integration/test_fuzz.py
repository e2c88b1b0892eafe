"""A sample of the fuzz with a real API server at both ends: it takes the resource or refuses it, and takes the pod or names a field.

What it must never say of a pod is that it can't be decoded (400): then a shape has passed that core/v1 doesn't have. It may say that
values make no sense (422), by field, which ends the execution with these words.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from glider_core.api import labels
from glider_core.kube import requests
from glider_core.kube.errors import KubeError
from glider_core.kube.transport import HttpTransport
from tests.chance import SEED
from tests.cluster.fixtures import Cluster
from tests.fuzz.cases import Case, make_case
from tests.fuzz.ends import end_of
from tests.resources import execution

CASES = 250
_DRY = ("dryRun", "All")


async def test_the_api_server_takes_the_pod_or_names_a_field(crds: Cluster, api: HttpTransport, record_property):
    record_property("seed", SEED)
    faults: list[str] = []
    pods = 0
    for number in range(CASES):
        seed = f"{SEED}/{number}"
        case = make_case(seed)
        if (spec := await taken(api, case)) is None:
            continue
        try:
            end = end_of(Case(spec=spec, templates=case.templates, config=case.config))
        except Exception as error:
            faults.append(f"--seed {seed}: {error!r}")
            continue
        if end.pod is not None:
            pods += 1
            faults += await complaints(api, end.pod, f"--seed {seed}")
    assert faults == []
    assert pods > CASES // 20


async def taken(api: HttpTransport, case: Case) -> dict[str, Any] | None:
    """The execution's spec as the API server has it; None where it refuses it."""
    body = execution("divide") | {"spec": case.spec}
    try:
        path = f"/apis/{labels.API_VERSION}/namespaces/default/{labels.EXECUTIONS}"
        answer = await api.send(
            requests.Request(verb="create", resource=labels.EXECUTIONS, method="POST", path=path, query=(_DRY,), body=body)
        )
    except KubeError:
        return None
    spec: dict[str, Any] = answer["spec"]
    return spec


async def complaints(api: HttpTransport, pod: dict[str, Any], what: str) -> list[str]:
    """What the API server says of the pod that it mustn't; `what` the pod is about comes first."""
    pod["metadata"].pop("ownerReferences", None)  # of an execution that isn't there
    request = requests.create_pod("default", pod)
    try:
        await api.send(replace(request, query=(*request.query, _DRY)))
    except KubeError as error:
        said = str(error)
        # a field of a newer Kubernetes than this is named as well, which is what strict validation is for
        named = any(words in said for words in ("is invalid: ", "is forbidden: ", "strict decoding error: unknown field"))
        return [] if named else [f"{what}: {said[:500]}"]
    return []

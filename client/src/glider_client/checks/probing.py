"""`glider doctor --run`: runs a small task, the way `glider run` does, and reports what its pod sees. It removes what it made.

What a killed client leaves goes by itself: the execution after some minutes, by its TTL; it owns the template, and that the code.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from glider_client.checks import in_pod
from glider_client.checks.check import Check, Group, Json, ask
from glider_client.checks.operators import is_written
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError
from glider_client.code.archive import Archive, make_archive
from glider_client.code.parts import code_in_config_maps
from glider_client.registration.errors import RegistrationError
from glider_client.registration.functions import function_task
from glider_client.registration.publishing import publish
from glider_client.registration.templates import template_of
from glider_client.sdk.creating import create_once
from glider_client.sdk.documents import Overrides, execution_document, new_name
from glider_client.sdk.failures import WaitTimeoutError
from glider_client.sdk.waiting import wait_until
from glider_core.api.execution import is_finished
from glider_core.api.moments import parse_time, words

_GROUP = Group(name="pod")
_MODULE = "glider_doctor"
_OUTPUT = "o0"
#: After that many seconds what a killed client left is deleted.
_TTL = 300
#: What no pod gets over: reasons that a person waits for in vain.
_HOPELESS = ("ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull", "InvalidImageName")
#: What separates the clocks of the node and of the API server for certain.
_MOST_SKEW = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """What became of the probe. `waited`: in seconds; `late`: it hadn't ended by then. `pod`: its pod, if there was one."""

    execution: Json | ClusterError | RegistrationError | None
    pod: Json | ClusterError | None = None
    waited: float = 0.0
    late: bool = False


def read(cluster: Cluster, *, storage: str, timeout: float) -> Ran:
    """Runs the probe, for at most `timeout` seconds, and removes it, also where that is interrupted."""
    namespace, name = cluster.namespace, new_name("doctor")
    with tempfile.TemporaryDirectory(prefix="glider-doctor-") as folder:
        template, archive = _code(Path(folder).resolve(), namespace=namespace)
        path = paths.templates(namespace, template["metadata"]["name"])
        try:
            publish(cluster, [template], archive)
            execution = create_once(cluster, _execution(name, namespace, template=template, storage=storage))
            cluster.patch(path, {"metadata": {"ownerReferences": [_owner(execution)]}})
            return _ended(cluster, name, timeout=timeout)
        except (ClusterError, RegistrationError) as error:
            return Ran(execution=error)
        finally:
            _remove(cluster, paths.executions(namespace, name))
            _remove(cluster, path)


def check(ran: Ran) -> Iterator[Check]:
    """Whether it ran; then what the pod saw."""
    name = "a pod"
    if isinstance(ran.execution, ClusterError | RegistrationError):
        yield _GROUP.problem(name, f"the probe can't be started: {ran.execution}")
        return
    if ran.execution is None:
        yield _GROUP.problem(name, "somebody deleted the probe while it ran", "Run this again.")
        return
    status = ran.execution.get("status") or {}
    if status.get("phase") == "Succeeded":
        yield _GROUP.ok(name, f"{_image(ran.pod)}ran the probe in {status.get('duration') or 'no time'}")
        yield from _seen(ran.execution, status)
        return
    condition: Mapping[str, Any] = next((one for one in status.get("conditions") or () if one.get("type") == "Succeeded"), {})
    why = ": ".join(filter(None, (condition.get("reason"), condition.get("message"))))
    error = (status.get("error") or {}).get("message") or ""
    came = f"{_image(ran.pod)}the probe is {status.get('phase') or 'Pending'}" + (f" after {ran.waited:.0f} s" if ran.late else "")
    step = "No operator took it up: see the operators above." if not is_written(ran.execution) else _step(why)
    yield _GROUP.problem(name, "; ".join(filter(None, (came, why, error if error not in why else ""))), step)


def _step(why: str) -> str:
    if "Image" in why:
        return "Set defaultImage in the operator's configuration, or executor.image, to images that the nodes can pull."
    return "Correct what that names, and run this again; --timeout waits longer."


def _seen(execution: Json, status: Json) -> Iterator[Check]:
    report = json.loads((status.get("outputs") or {}).get(_OUTPUT) or "{}")
    yield _GROUP.ok("Python in the pod", str(report.get("python")))
    yield _clock(float(report["time"]), execution, status)
    if report.get("dns"):
        yield _GROUP.warning("DNS in the pod", str(report["dns"]), "Check the cluster's DNS, unless all addresses are numbers.")
    else:
        yield _GROUP.ok("DNS in the pod", "it looks up the cluster's names")
    yield _store(report.get("store"))
    yield _statsd(report.get("statsd"))


def _clock(seconds: float, execution: Json, status: Json) -> Check:
    """The pod's moment lies between the creation and the end of the execution, where both clocks agree."""
    name, end = "clock in the pod", parse_time(status.get("completionTime"))
    begin = parse_time(execution["metadata"]["creationTimestamp"])
    if begin is None or end is None:
        return _GROUP.warning(name, "not checked, since the execution has no times")
    pods = datetime.fromtimestamp(seconds, tz=begin.tzinfo)
    behind, ahead = begin - pods, pods - end - timedelta(seconds=1)
    if max(behind, ahead) <= _MOST_SKEW:
        return _GROUP.ok(name, "the node's and the API server's agree")
    side = f"{words(behind)} behind" if behind > ahead else f"{words(ahead)} ahead of"
    return _GROUP.warning(name, f"the node's is {side} the API server's", "Set it by NTP: stores refuse requests with another time.")


def _store(found: Mapping[str, str] | None) -> Check:
    name = "store from the pod"
    if found is None:
        return _GROUP.ok(name, "none is configured; outputs of up to 3 KiB travel in the execution")
    if found["failed"] == "deleted":
        return _GROUP.warning(name, f"{found['prefix']} can be written and read, but not deleted: {found['why']}", "Runs don't need that.")
    if found["failed"]:
        step = "Check the pod's credentials, such as taskPod.envFrom of the operator's configuration: docs/storage.md."
        return _GROUP.problem(name, f"{found['prefix']} can't be {found['failed']}: {found['why']}", step)
    return _GROUP.ok(name, f"{found['prefix']} can be written and read")


def _statsd(found: Mapping[str, str] | None) -> Check:
    name = "statsd from the pod"
    if found is None:
        return _GROUP.ok(name, "none is configured")
    if found["why"]:
        step = "Check statsd.host and statsd.port of the operator's configuration."
        return _GROUP.problem(name, f"{found['address']}: {found['why']}", step)
    return _GROUP.ok(name, f"{found['address']} takes datagrams, or nothing refuses them")


def _image(pod: Json | ClusterError | None) -> str:
    """The image of the task's container, for the beginning of a sentence."""
    if pod is None or isinstance(pod, ClusterError):
        return ""
    containers = (pod.get("spec") or {}).get("containers") or ()
    return f"{containers[0].get('image')}: " if containers else ""


def _has_ended(execution: Json) -> bool:
    conditions = (execution.get("status") or {}).get("conditions") or ()
    return is_finished(execution) or any(one.get("reason") in _HOPELESS for one in conditions)


def _code(root: Path, *, namespace: str) -> tuple[Json, Archive]:
    """The template, of a version of its own, since nobody else's may go with it; and its code."""
    (root / f"{_MODULE}.py").write_bytes(Path(in_pod.__file__).read_bytes())
    archive = make_archive(root)
    task = function_task(in_pod.probe, module=_MODULE, name="probe", root=root)
    return template_of(task, namespace=namespace, version=uuid4().hex, code=code_in_config_maps(archive)), archive


def _execution(name: str, namespace: str, *, template: Json, storage: str) -> dict[str, Any]:
    overrides = Overrides(retries=0, storage=storage or None)
    document = execution_document(name=name, namespace=namespace, template=str(template["metadata"]["name"]), overrides=overrides)
    document["spec"]["ttlSecondsAfterFinished"] = _TTL
    return document


def _owner(execution: Json) -> Json:
    metadata = execution["metadata"]
    return {"apiVersion": execution["apiVersion"], "kind": execution["kind"], "name": metadata["name"], "uid": metadata["uid"]}


def _ended(cluster: Cluster, name: str, *, timeout: float) -> Ran:
    late, execution = False, None
    try:
        execution = wait_until(cluster, namespace=cluster.namespace, name=name, done=_has_ended, timeout=timeout)
    except WaitTimeoutError as error:
        late, execution = True, error.execution
    attempts = ((execution or {}).get("status") or {}).get("attempts") or ()
    pod = ask(lambda: cluster.get(paths.pods(cluster.namespace, attempts[-1]["podName"]))) if attempts else None
    return Ran(execution=execution, pod=pod, waited=timeout, late=late)


def _remove(cluster: Cluster, path: str) -> None:
    """Its pods and ConfigMaps go with it. That it isn't there, or can't be removed, is no result."""
    ask(lambda: cluster.delete(path, query={"propagationPolicy": "Background"}))

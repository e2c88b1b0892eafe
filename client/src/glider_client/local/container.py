"""The container of an attempt on this machine: what the kubelet prepares before it starts one, and reports after that.

It expands `$(NAME)`, puts environment and command line together, and keeps the termination message, or the end of the log for a
container that failed without one. What runs in it is a process of its own (`process`), or this one (`in_process`).
"""

from __future__ import annotations

import math
import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from glider.wire.contract import DEFAULT_GRACE_PERIOD, ENV_CODE_PARTS, ENV_SCRATCH, ENV_SIGTERM_MEANS, ENV_TERMINATION_LOG
from glider.wire.jsonform import FieldError
from glider_client.local.sources import Sources, in_folder
from glider_core.api import labels
from glider_core.api.moments import format_time
from glider_core.api.observed_pod import Pod, parse_pod
from glider_core.api.quantities import parse_quantity
from glider_core.render.limits import expand

#: The kubelet's limits.
_MAX_MESSAGE = 4096
_MAX_LOG = 2048
MAX_LOG_LINES = 80
#: Nothing else ends an attempt here.
_SIGTERM_MEANS = "the run was cancelled, or an attempt has taken the time that it may"
#: What containerd reports of a command that can't be started.
_START_ERROR, _START_ERROR_CODE = "StartError", 128


class Container:
    """The task's container of one pod. `ended` and `cannot_start` set how it ended; until then it is running.

    Args:
        manifest: the pod that it stands for.
        workdir: the folder to run in.
        sources: where values of Secrets and ConfigMaps are.

    Raises:
        FieldError: a variable has no value here.
    """

    def __init__(self, manifest: dict[str, Any], *, workdir: Path, sources: Sources | None = None) -> None:
        self._manifest = manifest
        self.workdir = workdir
        self._uid = str(uuid.uuid4())
        self._started = datetime.now(UTC)
        self._finished: datetime | None = None
        self._container = _primary(manifest)
        self._code, self._start_error, self._log = 0, "", ""
        #: When it is to be killed, where its pod is being deleted.
        self.deletion: datetime | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="glider-attempt-"))
        self._message_file = self._folder / "termination-log"
        self._message_file.touch()
        #: What the pod would mount, by the variables that name it.
        self._mounted = {ENV_CODE_PARTS: self._folder / "code", ENV_SCRATCH: self._folder / "scratch"}
        with self.closed_on_error():
            own = self._variables(sources or Sources())
        # an image has its code on the path already; here it is the folder that we run in
        self.search_path = [str(workdir), *filter(None, [own.get("PYTHONPATH")])]
        ours = {ENV_TERMINATION_LOG: str(self._message_file), "PYTHONPATH": os.pathsep.join(self.search_path), "PYTHONUNBUFFERED": "1"} | {
            ENV_SIGTERM_MEANS: _SIGTERM_MEANS
        }
        self.variables = own | ours | {name: str(folder) for name, folder in self._mounted.items() if name in own}
        words = [*self._container.get("command", ()), *self._container.get("args", ())]
        self.command = [expand(argument, own) for argument in words]
        #: The task's own part of it, without what starts an injected executor.
        self.arguments = [expand(argument, own) for argument in self._container.get("args", ())]

    @property
    def grace(self) -> float:
        """Seconds from SIGTERM to SIGKILL."""
        return float(self._manifest["spec"].get("terminationGracePeriodSeconds", DEFAULT_GRACE_PERIOD))

    @property
    def is_finished(self) -> bool:
        """Whether it has ended, or never started."""
        return self._finished is not None

    def ended(self, code: int, *, log: str = "") -> None:
        """It has ended; `log` is the end of what it printed."""
        self._code, self._log, self._finished = code, log[-_MAX_LOG:], datetime.now(UTC)

    def cannot_start(self, reason: str) -> None:
        """There is no such command."""
        self._start_error, self._code, self._finished = reason, _START_ERROR_CODE, datetime.now(UTC)

    def pod(self) -> Pod:
        """The pod that this stands for, as it is now."""
        metadata = self._manifest["metadata"] | {"uid": self._uid, "creationTimestamp": self._started.isoformat()}
        if self.deletion is not None:
            metadata |= {"deletionTimestamp": self.deletion.isoformat(), "deletionGracePeriodSeconds": int(self.grace)}
        status = {"phase": self._phase(), "containerStatuses": [{"name": self._container["name"], "state": self._state()}]}
        pod = parse_pod({"metadata": metadata, "spec": self._manifest["spec"], "status": status})
        assert pod is not None, "render labels its pods"
        return pod

    def close(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def closed_on_error(self) -> Iterator[None]:
        """It is closed where this raises."""
        try:
            yield
        except BaseException:
            self.close()
            raise

    def _variables(self, sources: Sources) -> dict[str, str]:
        secrets = self._folder / "secrets"
        sources.write_secrets(self._manifest, secrets)
        sources.write_code(self._manifest, self._mounted[ENV_CODE_PARTS])
        self._mounted[ENV_SCRATCH].mkdir()
        base = {"FLYTE_SDK_LOGGING_FORMAT": "plain"} | os.environ
        container = self._container
        return environment(
            container["env"], manifest=self._manifest, base=base, sources=sources, env_from=container.get("envFrom") or (), secrets=secrets
        )

    def _phase(self) -> str:
        if self._finished is None:
            return "Running"
        return "Succeeded" if self._code == 0 else "Failed"

    def _state(self) -> dict[str, Any]:
        if self._finished is None:
            return {"running": {"startedAt": format_time(self._started)}}
        reason = _START_ERROR if self._start_error else ("Completed" if self._code == 0 else "Error")
        times = {"startedAt": format_time(self._started), "finishedAt": format_time(self._finished)}
        return {"terminated": {"exitCode": self._code, "reason": reason, "message": self._message()} | times}

    def _message(self) -> str:
        message = self._start_error or self._message_file.read_bytes()[:_MAX_MESSAGE].decode(errors="replace")
        return message or (self._log if self._code != 0 else "")


def environment(
    variables: list[dict[str, Any]],
    *,
    manifest: Mapping[str, Any],
    base: Mapping[str, str],
    sources: Sources | None = None,
    env_from: tuple[Mapping[str, Any], ...] | list[Mapping[str, Any]] = (),
    secrets: Path | None = None,
) -> dict[str, str]:
    """The environment of the process: ours with the container's variables on top, each of which may refer to earlier ones."""
    sources = sources or Sources()
    namespace = str((manifest.get("metadata") or {}).get("namespace", ""))
    own: dict[str, str] = {}
    for source in env_from:
        own |= sources.all_of(source, namespace=namespace)
    for variable in variables:
        value = _value(variable, own, manifest=manifest, sources=sources, namespace=namespace)
        if value is not None:
            own[variable["name"]] = value if secrets is None else in_folder(value, secrets)
    return dict(base) | own


def _value(
    variable: Mapping[str, Any], own: Mapping[str, str], *, manifest: Mapping[str, Any], sources: Sources, namespace: str
) -> str | None:
    reference = variable.get("valueFrom")
    if not reference:
        return expand(str(variable.get("value") or ""), own)
    for kind in ("secretKeyRef", "configMapKeyRef"):
        if reference.get(kind):
            return sources.variable(variable["name"], reference, kind=kind, namespace=namespace)
    return _downward(variable, manifest)


def _primary(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The task's container; those beside it have no counterpart here."""
    name = manifest["metadata"]["annotations"][labels.DEFAULT_CONTAINER]
    return next(dict(container) for container in manifest["spec"]["containers"] if container["name"] == name)


def _downward(variable: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """What Kubernetes' downward API gives about the pod, as far as a pod that isn't in a cluster has it."""
    reference, metadata = variable["valueFrom"], manifest["metadata"]
    if resource := reference.get("resourceFieldRef"):
        return _resource(resource, _primary(manifest))
    path = (reference.get("fieldRef") or {}).get("fieldPath", "")
    here = {"status.podIP": "127.0.0.1", "status.hostIP": "127.0.0.1", "spec.nodeName": socket.gethostname()}
    here["spec.serviceAccountName"] = str(manifest["spec"].get("serviceAccountName", "default"))
    if path in here:
        return here[path]
    field, _, key = path.removeprefix("metadata.").partition("[")
    value = metadata.get(field)
    if key and isinstance(value, Mapping):
        return str(value.get(key.rstrip("]").strip("'\""), ""))
    if not path.startswith("metadata.") or not isinstance(value, str):
        expected = "a value, or metadata of the pod, since only a cluster has more"
        raise FieldError(f"env.{variable['name']}", expected=expected, found=reference)
    return value


def _resource(reference: Mapping[str, Any], container: Mapping[str, Any]) -> str:
    side, _, name = str(reference.get("resource", "")).partition(".")
    resources = container.get("resources") or {}
    amount = (resources.get(side) or {}).get(name, 0)
    return str(math.ceil(parse_quantity(amount) / (parse_quantity(reference.get("divisor") or 1) or 1)))

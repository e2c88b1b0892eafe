"""The process of one attempt, represented as the pod that it stands for.

It does what the kubelet does for a container: expands `$(NAME)`, passes environment and command line, ends it by SIGTERM, a grace
period and SIGKILL, and keeps the termination message, or the end of the log for a container that failed without one.
"""

from __future__ import annotations

import math
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from glider.wire.contract import DEFAULT_GRACE_PERIOD, ENV_TERMINATION_LOG
from glider.wire.jsonform import FieldError
from glider_client.local.sources import Sources, in_folder
from glider_core.api import labels
from glider_core.api.moments import format_time
from glider_core.api.observed_pod import Pod, parse_pod
from glider_core.api.quantities import parse_quantity
from glider_core.render.limits import expand

#: The kubelet's limits.
_MAX_MESSAGE = 4096
_MAX_LOG_LINES = 80
_MAX_LOG = 2048
#: What containerd reports of a command that can't be started.
_START_ERROR, _START_ERROR_CODE = "StartError", 128


class Process:
    """A running attempt.

    Args:
        manifest: the pod that it stands for.
        workdir: the folder to run in.
        line: gets each line that it prints, in a thread of its own.
        ended: is called once it has ended, in a thread of its own.
        sources: where values of Secrets and ConfigMaps are.

    Raises:
        FieldError: a variable has no value here.
    """

    def __init__(
        self,
        manifest: dict[str, Any],
        *,
        workdir: Path,
        line: Callable[[str], None],
        ended: Callable[[], None],
        sources: Sources | None = None,
    ) -> None:
        self._manifest = manifest
        self._uid = str(uuid.uuid4())
        self._started = datetime.now(UTC)
        self._finished: datetime | None = None
        self._deletion: datetime | None = None
        self._log: deque[str] = deque(maxlen=_MAX_LOG_LINES)
        self._line, self._ended = line, ended
        self._container = _primary(manifest)
        self._folder = Path(tempfile.mkdtemp(prefix="glider-attempt-"))
        self._message_file = self._folder / "termination-log"
        self._message_file.touch()
        self._process: subprocess.Popen[str] | None = None
        self._start_error = ""
        self._killing: threading.Timer | None = None
        self._thread: threading.Thread | None = None
        try:
            self._start(workdir, sources or Sources())
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def pod(self) -> Pod:
        """The pod that this process stands for, as it is now."""
        metadata = self._manifest["metadata"] | {"uid": self._uid, "creationTimestamp": self._started.isoformat()}
        if self._deletion is not None:
            metadata |= {"deletionTimestamp": self._deletion.isoformat(), "deletionGracePeriodSeconds": int(self.grace)}
        status = {"phase": self._phase(), "containerStatuses": [{"name": self._container["name"], "state": self._state()}]}
        pod = parse_pod({"metadata": metadata, "spec": self._manifest["spec"], "status": status})
        assert pod is not None, "render labels its pods"
        return pod

    @property
    def grace(self) -> float:
        """Seconds from SIGTERM to SIGKILL."""
        return float(self._manifest["spec"].get("terminationGracePeriodSeconds", DEFAULT_GRACE_PERIOD))

    def delete(self) -> None:
        """End it as the deletion of its pod does: SIGTERM, and SIGKILL after the grace period."""
        if self._deletion is None and self._finished is None:
            self._deletion = datetime.now(UTC) + timedelta(seconds=self.grace)
            self._signal(signal.SIGTERM)
            self._killing = threading.Timer(self.grace, self.kill)
            self._killing.daemon = True
            self._killing.start()

    def kill(self) -> None:
        """End it at once."""
        self._signal(signal.SIGKILL)

    def close(self) -> None:
        """End it, if it hasn't ended, and leave nothing behind."""
        if self._finished is None:
            self.kill()
        if self._thread is not None:
            self._thread.join()
        if self._killing is not None:
            self._killing.cancel()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, workdir: Path, sources: Sources) -> None:
        secrets = self._folder / "secrets"
        sources.write_secrets(self._manifest, secrets)
        base = {"FLYTE_SDK_LOGGING_FORMAT": "plain"} | os.environ
        container = self._container
        variables = environment(
            container["env"], manifest=self._manifest, base=base, sources=sources, env_from=container.get("envFrom") or (), secrets=secrets
        )
        # an image has its code on the path already; here it is the folder that we run in
        search_path = [str(workdir), *filter(None, [variables.get("PYTHONPATH")])]
        ours = {ENV_TERMINATION_LOG: str(self._message_file), "PYTHONPATH": os.pathsep.join(search_path), "PYTHONUNBUFFERED": "1"}
        try:
            self._process = subprocess.Popen(
                [expand(argument, variables) for argument in [*container.get("command", ()), *container.get("args", ())]],
                cwd=workdir,
                env=variables | ours,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,  # ended as a whole, as a container is
            )
        except (OSError, ValueError) as error:
            self._start_error, self._finished = f"{type(error).__name__}: {error}", datetime.now(UTC)
            self._ended()
            return
        self._thread = threading.Thread(target=self._follow, args=(self._process,), daemon=True)
        self._thread.start()

    def _follow(self, process: subprocess.Popen[str]) -> None:
        """To its end. What it has left behind ends with it, as in a container, and doesn't keep its output open."""
        reader = threading.Thread(target=self._read, args=(process,), daemon=True)
        reader.start()
        process.wait()
        self._signal(signal.SIGKILL)
        reader.join()
        self._finished = datetime.now(UTC)
        self._ended()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self._log.append(line)
                self._line(line.rstrip("\n"))

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)

    @property
    def _code(self) -> int:
        if self._process is None:
            return _START_ERROR_CODE
        code = self._process.returncode
        return code if code >= 0 else 128 - code  # a negative one is a signal

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
        if message or self._code == 0:
            return message
        return "".join(self._log)[-_MAX_LOG:]


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

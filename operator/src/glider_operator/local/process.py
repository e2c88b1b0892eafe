"""The process of one attempt, told as the pod that it stands for.

It does what the kubelet does for a container: expands `$(NAME)`, hands over environment and command line, and keeps the
termination message, or the end of the log for a container that failed without one.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import uuid
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from glider.wire.contract import ENV_TERMINATION_LOG
from glider.wire.jsonform import FieldError
from glider_operator.model import labels
from glider_operator.model.moments import format_time
from glider_operator.model.pod import Pod, parse_pod
from glider_operator.render.limits import expand

#: The kubelet's limits.
_MAX_MESSAGE = 4096
_MAX_LOG_LINES = 80
_MAX_LOG = 2048


class Process:
    """A running attempt. Iterate over it for the lines that it prints, to its end."""

    def __init__(self, manifest: dict[str, Any], *, workdir: Path) -> None:
        self._manifest = manifest
        self._uid = str(uuid.uuid4())
        self._started = datetime.now(UTC)
        self._finished: datetime | None = None
        self._log: deque[str] = deque(maxlen=_MAX_LOG_LINES)
        self._container = _primary(manifest)
        handle, path = tempfile.mkstemp(prefix="glider-termination-")
        os.close(handle)
        self._message_file = Path(path)
        variables = environment(self._container["env"], manifest=manifest, base={"FLYTE_SDK_LOGGING_FORMAT": "plain"} | os.environ)
        # an image has its code on the path already; here it is the folder that we run in
        search_path = [str(workdir), *filter(None, [variables.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [expand(argument, variables) for argument in [*self._container.get("command", ()), *self._container.get("args", ())]],
            cwd=workdir,
            env=variables | {ENV_TERMINATION_LOG: path, "PYTHONPATH": os.pathsep.join(search_path), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )

    def __iter__(self) -> Iterator[str]:
        assert self._process.stdout is not None
        with self._process.stdout:
            for line in self._process.stdout:
                self._log.append(line)
                yield line.rstrip("\n")
        self._process.wait()
        self._finished = datetime.now(UTC)

    def stop(self) -> None:
        """End it, if it hasn't ended."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()
        self._message_file.unlink(missing_ok=True)

    def pod(self) -> Pod:
        """The pod that this process stands for, as it is now."""
        metadata = self._manifest["metadata"] | {"uid": self._uid, "creationTimestamp": self._started.isoformat()}
        status = {"phase": self._phase(), "containerStatuses": [{"name": self._container["name"], "state": self._state()}]}
        pod = parse_pod({"metadata": metadata, "spec": self._manifest["spec"], "status": status})
        assert pod is not None, "render labels its pods"
        return pod

    def _phase(self) -> str:
        if self._finished is None:
            return "Running"
        return "Succeeded" if self._process.returncode == 0 else "Failed"

    def _state(self) -> dict[str, Any]:
        if self._finished is None:
            return {"running": {"startedAt": format_time(self._started)}}
        code = self._process.returncode
        return {
            "terminated": {
                "exitCode": code if code >= 0 else 128 - code,  # a negative one is a signal
                "message": self._message(),
                "startedAt": format_time(self._started),
                "finishedAt": format_time(self._finished),
            }
        }

    def _message(self) -> str:
        message = self._message_file.read_bytes()[:_MAX_MESSAGE].decode(errors="replace")
        if message or self._process.returncode == 0:
            return message
        return "".join(self._log)[-_MAX_LOG:]


def environment(variables: list[dict[str, Any]], *, manifest: Mapping[str, Any], base: Mapping[str, str]) -> dict[str, str]:
    """The environment of the process: ours with the container's variables on top, each of which may refer to earlier ones."""
    result = dict(base)
    own: dict[str, str] = {}
    for variable in variables:
        if "valueFrom" in variable:
            own[variable["name"]] = _downward(variable, manifest)
        else:
            own[variable["name"]] = expand(str(variable.get("value", "")), own)
    return result | own


def _primary(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The task's container; those beside it have no counterpart here."""
    name = manifest["metadata"]["annotations"][labels.DEFAULT_CONTAINER]
    return next(dict(container) for container in manifest["spec"]["containers"] if container["name"] == name)


def _downward(variable: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """What Kubernetes' downward API says about the pod, as far as a pod that isn't in a cluster has it."""
    path = (variable["valueFrom"].get("fieldRef") or {}).get("fieldPath", "")
    prefix, _, name = path.partition(".")
    if prefix != "metadata" or not isinstance(manifest["metadata"].get(name), str):
        expected = "a value, or metadata of the pod, since only a cluster has more"
        raise FieldError(f"env.{variable['name']}", expected=expected, found=variable["valueFrom"])
    return str(manifest["metadata"][name])

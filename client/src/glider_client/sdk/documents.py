"""The TaskExecution that a run sends, as a JSON document. Pure, but for the chance in its name.

The command line and the Python client share it, so that an option means the same in both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random, SystemRandom
from typing import Any

from glider.wire.durations import format_duration
from glider_core.api.execution import MAX_NAME
from glider_core.api.labels import API_VERSION, EXECUTION_KIND, QUEUE_PREFIX

Json = Mapping[str, Any]

#: Kubernetes' own, of `generateName`: no vowels, so that no words come about.
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_SUFFIX = 5
_SUFFIXED = re.compile(rf"-[{_ALPHABET}]{{{_SUFFIX}}}$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Overrides:
    """What an execution sets in place of its task. `timeout` is that of an attempt, as Flyte's is; `storage` is where its data goes."""

    image: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    cpu: str | None = None
    memory: str | None = None
    gpu: int | None = None
    retries: int | None = None
    timeout: timedelta | None = None
    queue: str | None = None
    priority: int | None = None
    service_account: str | None = None
    storage: str | None = None


def execution_document(
    *,
    name: str,
    namespace: str,
    template: str = "",
    task: Json | None = None,
    inputs: Json | None = None,
    inputs_uri: str = "",
    overrides: Overrides | None = None,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A TaskExecution of the TaskTemplate `template`, or of the `task` written out.

    Args:
        name: its name.
        namespace: where it runs.
        template: the name of a TaskTemplate in that namespace.
        task: the task itself, in place of a template.
        inputs: the value of each input as plain JSON.
        inputs_uri: the inputs as a file in the store, in place of `inputs`.
        overrides: what it sets in place of its task.
        labels: its labels.
        annotations: its annotations.
    """
    given = overrides or Overrides()
    queue = {f"{QUEUE_PREFIX}queue-name": given.queue} if given.queue else {}
    metadata = {"labels": {**(labels or {}), **queue}, "annotations": dict(annotations or {})}
    what: dict[str, Any] = {"taskRef": {"name": template}} if template else {"task": dict(task or {})}
    data = {"inputs": dict(inputs) if inputs else None, "inputsUri": inputs_uri}
    return {
        "apiVersion": API_VERSION,
        "kind": EXECUTION_KIND,
        "metadata": {"name": name, "namespace": namespace} | {key: value for key, value in metadata.items() if value},
        "spec": what | {key: value for key, value in data.items() if value} | overriding(given),
    }


def overriding(overrides: Overrides) -> dict[str, Any]:
    """The fields of an execution's spec that `overrides` set."""
    gpu = None if overrides.gpu is None else str(overrides.gpu)
    given = {"cpu": overrides.cpu, "memory": overrides.memory, "gpu": gpu}
    amounts = {name: amount for name, amount in given.items() if amount is not None}
    fields: dict[str, Any] = {
        "image": overrides.image,
        "env": [{"name": name, "value": value} for name, value in overrides.env.items()] or None,
        # a limit of the template's would cut a request that is larger
        "resources": {"requests": amounts, "limits": dict(amounts)} if amounts else None,
        "retries": None if overrides.retries is None else {"user": overrides.retries},
        "timeouts": None if overrides.timeout is None else {"attempt": format_duration(overrides.timeout)},
        "priority": overrides.priority,
        "serviceAccountName": overrides.service_account,
        "storage": {"metadataPrefix": overrides.storage, "rawOutputDataPrefix": overrides.storage} if overrides.storage else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def new_name(base: str, *, random: Random | None = None) -> str:
    """A name for an execution of the task `base`, or of an execution of that name: its last part, and five characters of chance."""
    slug = re.sub(r"[^a-z0-9]+", "-", _SUFFIXED.sub("", base.rpartition(".")[2]).lower())
    stem = slug[: MAX_NAME - _SUFFIX - 1].strip("-") or "task"
    chosen = (random or SystemRandom()).choices(_ALPHABET, k=_SUFFIX)
    return f"{stem}-{''.join(chosen)}"

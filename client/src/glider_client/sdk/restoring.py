"""Brings back the TaskTemplate of an execution that is run again from the history, where it was deleted meanwhile.

It gets the same name and content, without what tools such as Helm or Argo CD know their objects by: they would take it for one of theirs,
and delete it. Code in ConfigMaps went with the last template that used it, and only registering it again brings it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import AlreadyExistsError, NotFoundError
from glider_client.cluster.paths import config_maps, templates
from glider_client.code.owners import add_owners, owner_of
from glider_client.sdk.reruns import kept_labels
from glider_core.api.labels import API_VERSION, GROUP, TEMPLATE_KIND
from glider_core.history.records import Record
from glider_core.kube.requests import METADATA_OF_ONE

Json = Mapping[str, Any]

_STEP = "Register the task again (glider register), and run that"


def restore_template(cluster: Cluster, record: Record) -> str:
    """Let the template of an archived execution be there; return what somebody should know about it, or nothing.

    Raises:
        NotFoundError: the history doesn't have it, or its code is gone.
        ClusterError: the API server refuses.
    """
    execution = record.execution
    reference, metadata = execution["spec"].get("taskRef"), execution["metadata"]
    if not reference:
        return ""
    name, namespace = str(reference["name"]), str(metadata["namespace"])
    try:
        found = cluster.get(templates(namespace, name))
    except NotFoundError as error:
        if type(error) is not NotFoundError:
            raise
    else:
        if record.template is None or found["spec"] == record.template["spec"]:
            return ""
        return f"the TaskTemplate {name} on the cluster isn't the one that {metadata['name']} ran: it has another spec by now, and is used"
    if record.template is None:
        raise NotFoundError(f"the TaskTemplate {name!r} of {metadata['name']} was deleted, and isn't in the history. {_STEP}.")
    _restore(cluster, record.template, name=name, namespace=namespace)
    return f"the TaskTemplate {name} is created again, as the history has it"


def _restore(cluster: Cluster, template: Json, *, name: str, namespace: str) -> None:
    parts = [str(part) for part in (template["spec"].get("code") or {}).get("configMaps") or ()]
    for part in parts:
        _check_part(cluster, part, name=name, namespace=namespace)
    with suppress(AlreadyExistsError):
        created = cluster.create(templates(namespace), _document(template, name=name, namespace=namespace))
        for part in parts:
            add_owners(cluster, namespace=namespace, name=part, owners=[owner_of(created)])


def _check_part(cluster: Cluster, part: str, *, name: str, namespace: str) -> None:
    try:
        cluster.get(config_maps(namespace, part), accept=METADATA_OF_ONE)
    except NotFoundError as error:
        raise NotFoundError(
            f"the TaskTemplate {name!r} was deleted, and its code, the ConfigMap {part}, with it. {_STEP}, or pass the code with --code."
        ) from error


def _document(template: Json, *, name: str, namespace: str) -> dict[str, Any]:
    metadata = template.get("metadata") or {}
    annotations = {key: value for key, value in (metadata.get("annotations") or {}).items() if key.startswith(f"{GROUP}/")}
    return {
        "apiVersion": API_VERSION,
        "kind": TEMPLATE_KIND,
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": kept_labels(metadata.get("labels") or {}),
            "annotations": annotations,
        },
        "spec": template["spec"],
    }

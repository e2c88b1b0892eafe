"""Executions and templates are saved as `kubectl get` shows them, lost, and restored: they have other UIDs then.

What is created has no status, so whoever restores an execution that is over has it run again, unless its status is restored before
an operator sees it. Objects that belonged to a template of before would be garbage: their owner doesn't exist any more.
"""

from __future__ import annotations

import json
import subprocess
from typing import Any

from glider_core.api import labels
from tests.drills.site import BRIEF, LIVING, Site, path
from tests.resources import divider, execution, template

_ASSIGNED = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "ownerReferences")


def drill(site: Site) -> None:
    """By kubectl alone, with the operator stopped meanwhile."""
    templates = f"/apis/{labels.API_VERSION}/namespaces/{BRIEF}/{labels.TEMPLATES}"
    made = site.api.create(templates, template("divider-v1", divider()))
    owner = {"apiVersion": labels.API_VERSION, "kind": "TaskTemplate", "name": "divider-v1", "uid": made["metadata"]["uid"]}
    metadata = {"name": "code", "ownerReferences": [owner]}
    code = {"metadata": metadata, "data": {"a": "b"}}
    site.api.create(f"/api/v1/namespaces/{BRIEF}/configmaps", code)
    for number in range(3):
        site.api.create(path(BRIEF), execution(f"over-{number}", taskRef={"name": "divider-v1"}, inputs={"a": 1, "b": 2}))
    site.create(LIVING, *(f"live-{number}" for number in range(3)))
    site.wait("all are over, or run", lambda: site.are_all(BRIEF, "Succeeded") and site.are_all(LIVING, "Running"))
    saved = [one for namespace in (BRIEF, LIVING) for one in _get(site, namespace)]
    over = {name: one["status"] for name, one in site.executions(BRIEF).items()}
    site.note(f"saved {len(saved)} objects")

    site.operator.stop()
    for namespace in (BRIEF, LIVING):
        _kubectl(site, namespace, "delete", "te,tt", "--all")
    site.wait("everything is gone, with pods and code", lambda: not (site.pods(LIVING) or site.pods(BRIEF) or _code(site)))

    without = [_without(one) for one in saved]
    _kubectl(site, None, "create", "-f", "-", input=_list(without))
    _kubectl(
        site, None, "replace", "--subresource=status", "-f", "-", input=_list([one for one in without if one["kind"] == "TaskExecution"])
    )
    site.operator.start()
    site.note("restored, statuses too; then the operator was started")
    site.wait("the operator is ready", site.operator.is_ready, found=site.operator.why_not_ready)
    site.wait(
        "those that ran run again",
        lambda: site.are_all(LIVING, "Running") and len(site.pods(LIVING)) == 3,
        found=lambda: site.phases(LIVING),
    )
    attempts = {name: len(one["status"]["attempts"]) for name, one in site.executions(LIVING).items()}
    site.check("as another attempt, since their pod is lost", holds=set(attempts.values()) == {2}, found=attempts)
    now = {name: one["status"] for name, one in site.executions(BRIEF).items()}
    site.check("those that were over are as they were", holds=now == over, found=now)
    site.check("and had no pods", holds=not site.pods(BRIEF), found=site.pods(BRIEF))
    site.check("code without an owner stays", holds=_code(site))

    for name in over:
        site.api.delete(f"{path(BRIEF)}/{name}")
    _kubectl(site, None, "create", "-f", "-", input=_list([one for one in without if one["metadata"]["name"] in over]))
    site.wait("restored without their status they run again", lambda: len(site.pods(BRIEF)) == 3 and site.are_all(BRIEF, "Succeeded"))
    site.api.create(f"/api/v1/namespaces/{BRIEF}/configmaps", code | {"metadata": {**metadata, "name": "owned-by-the-former"}})
    site.wait("restored with its former owner code is deleted", lambda: not _config_map(site, "owned-by-the-former"))


def _get(site: Site, namespace: str) -> list[dict[str, Any]]:
    """Templates first, then what belongs to them."""
    objects = json.loads(_kubectl(site, namespace, "get", "tt,cm,te", "-o", "json"))["items"]
    return [one for one in objects if one["metadata"]["name"] != "kube-root-ca.crt"]


def _without(document: dict[str, Any]) -> dict[str, Any]:
    """Without what the API server assigns, and without owners: they will be others."""
    return {**document, "metadata": {key: value for key, value in document["metadata"].items() if key not in _ASSIGNED}}


def _list(objects: list[dict[str, Any]]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})


def _code(site: Site) -> bool:
    return _config_map(site, "code")


def _config_map(site: Site, name: str) -> bool:
    return site.api.get(f"/api/v1/namespaces/{BRIEF}/configmaps/{name}") is not None


def _kubectl(site: Site, namespace: str | None, *arguments: str, input: str | None = None) -> str:
    where = [] if namespace is None else ["--namespace", namespace]
    command = [str(site.plane.binaries["kubectl"]), "--kubeconfig", str(site.plane.kubeconfig), *where, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, input=input).stdout

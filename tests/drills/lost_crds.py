"""Somebody deletes the CRDs, and with them all executions and templates; they are installed again, and everything is applied anew."""

from __future__ import annotations

import yaml

from tests.conftest import ROOT
from tests.drills.site import BRIEF, LIVING, Site

_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def drill(site: Site) -> None:
    """The operator is there all the while."""
    site.create(BRIEF, *(f"over-{number}" for number in range(3)))
    site.create(LIVING, *(f"live-{number}" for number in range(10)))
    site.wait("all are over, or run", lambda: site.are_all(BRIEF, "Succeeded") and site.are_all(LIVING, "Running"))

    documents = [yaml.safe_load(file.read_text()) for file in sorted((ROOT / "manifests" / "crd").glob("*.yaml"))]
    for document in documents:
        site.api.delete(f"{_CRDS}/{document['metadata']['name']}")
    site.note("CRDs deleted")
    site.wait(
        "the operator isn't ready, and names the CRDs", lambda: "CRD" in site.operator.why_not_ready(), found=site.operator.why_not_ready
    )
    site.note(f"it was restarted {site.operator.restarts} times; /readyz: {site.operator.why_not_ready()}")

    former = {pod["metadata"]["uid"] for pod in site.pods(LIVING)}
    site.note(f"pods that go on without an execution: {len(former)}")

    for document in documents:
        site.api.create(_CRDS, document)
    site.note("CRDs installed again")
    site.wait("the operator is ready", site.operator.is_ready, found=site.operator.why_not_ready)
    site.note(f"it was restarted {site.operator.restarts} times in all")
    site.create(BRIEF, *(f"over-{number}" for number in range(3)))
    site.create(LIVING, *(f"live-{number}" for number in range(10)))
    site.wait("what is applied again runs, by the same names", lambda: site.are_all(BRIEF, "Succeeded") and site.are_all(LIVING, "Running"))
    site.wait("the pods of before are deleted", lambda: not former & {pod["metadata"]["uid"] for pod in site.pods(LIVING)}, timeout=300)
    pods = site.pods_by_execution(LIVING)
    site.check("with one pod each", holds=pods == {f"live-{number}": 1 for number in range(10)}, found=pods)

"""The files of `tests/unit/glider_core/api/test_manifests.py`, read by the real kubectl. Needs no API server: `label --local`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from glider_core.api.manifests import read_manifests
from tests.cluster.fixtures import Cluster, KubectlError
from tests.unit.glider_core.api.test_manifests import FILES, HEAD, REFUSED, SCALARS_TEXT


def as_kubectl_reads(cluster: Cluster, text: str) -> list[Any]:
    output = cluster.kubectl("label", "--local", "-f", "-", "read-by=kubectl", "-o", "json", input=text)
    decoder, objects = json.JSONDecoder(), []
    while output := output.strip():
        found, end = decoder.raw_decode(output)
        assert found["metadata"].pop("labels") == {"read-by": "kubectl"}
        objects.append(found)
        output = output[end:]
    return objects


@pytest.mark.cluster
@pytest.mark.parametrize("text", [f"{HEAD}data:\n{SCALARS_TEXT}", *(text for text, _ in FILES.values())], ids=["scalars", *FILES])
def test_the_same_as_kubectl(cluster, text):
    assert read_manifests(text, name="x") == as_kubectl_reads(cluster, text)


@pytest.mark.cluster
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_kubectl_refuses_too(cluster, name):
    with pytest.raises(KubectlError):
        as_kubectl_reads(cluster, REFUSED[name][0])

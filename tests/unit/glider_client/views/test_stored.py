"""Where an execution's own folder may be, by its document."""

from __future__ import annotations

from typing import Any

import pytest

from glider_client.views.stored import own_folders

OWN = "lab/train-3f2a9c1b"


def execution(*, spec: dict[str, Any] | None = None, **status: Any) -> dict[str, Any]:
    metadata = {"namespace": "lab", "name": "train", "uid": "3f2a9c1b-0000-4000-8000-000000000000"}
    return {"metadata": metadata, "spec": spec or {}, "status": status}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(execution(outputsUri=f"s3://b/m/{OWN}/2/outputs.pb"), [f"s3://b/m/{OWN}"], id="where its outputs are"),
        pytest.param(execution(inputsUri=f"s3://b/m/{OWN}/inputs.pb"), [f"s3://b/m/{OWN}"], id="where its inputs are"),
        pytest.param(execution(inputsUri="s3://b/m/lab/other-00000000/0/outputs.pb"), [], id="not where inputs of its own choice are"),
        pytest.param(
            execution(spec={"inputsUri": "s3://x/y", "storage": {"metadataPrefix": "s3://b/m/"}}),
            [f"s3://b/m/{OWN}"],
            id="where it wants it",
        ),
        pytest.param(
            execution(rawOutputDataPrefix="s3://b/m/a7/lab-train-3f2a9c1b-0"), [f"s3://b/m/{OWN}"], id="below the prefix of its raw data"
        ),
        pytest.param(execution(), [], id="nowhere, as far as is known"),
    ],
)
def test_own_folders(document: dict[str, Any], expected: list[str]):
    assert own_folders(document) == expected


def test_what_the_template_wants_counts_too():
    template = {"spec": {"storage": {"metadataPrefix": "s3://b/t"}}}
    assert own_folders(execution(), template=template) == [f"s3://b/t/{OWN}"]

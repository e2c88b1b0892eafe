"""What teaches Argo CD our kinds, from the Lua in manifests/argocd: as argocd-cm's data, and as values of Argo CD's chart."""

from __future__ import annotations

from typing import Any

from glider_core.api.labels import GROUP
from glider_core.api.yaml_form import to_yaml
from tests.conftest import ROOT

FOLDER = ROOT / "manifests" / "argocd"
KINDS = ("TaskExecution", "TaskTemplate")
CONFIG_MAP, VALUES = FOLDER / "argocd-cm.yaml", FOLDER / "values.yaml"
_HEADER = "# Made by `make generate` from the Lua beside it. {}\n"
_PATCH = "kubectl --namespace argocd patch configmap argocd-cm --patch-file manifests/argocd/argocd-cm.yaml"
_CHART = "For Argo CD's Helm chart: helm upgrade … --values manifests/argocd/values.yaml"


def customizations() -> dict[str, str]:
    """The keys of argocd-cm, with what they hold."""
    data: dict[str, str] = {}
    for kind in KINDS:
        data[f"resource.customizations.health.{GROUP}_{kind}"] = _lua(kind, "health.lua")
        if (FOLDER / kind / "actions").is_dir():
            data[f"resource.customizations.actions.{GROUP}_{kind}"] = to_yaml(actions(kind))
    return data


def actions(kind: str) -> dict[str, Any]:
    """The actions of a kind, in Argo CD's form."""
    scripts = sorted((FOLDER / kind / "actions").glob("*/action.lua"))
    definitions = [{"name": script.parent.name, "action.lua": script.read_text()} for script in scripts]
    return {"discovery.lua": _lua(kind, "actions", "discovery.lua"), "definitions": definitions}


def current_config_map() -> str:
    """The text of argocd-cm.yaml as it should be: a patch, since others have keys in that ConfigMap, too."""
    return _HEADER.format(_PATCH) + to_yaml({"data": customizations()})


def current_values() -> str:
    """The text of values.yaml as it should be."""
    return _HEADER.format(_CHART) + to_yaml({"configs": {"cm": customizations()}})


def _lua(*path: str) -> str:
    return FOLDER.joinpath(*path).read_text()

"""What people paste into Argo CD is the Lua that the tests run."""

from __future__ import annotations

import yaml

from tests.reference.argocd import CONFIG_MAP, FOLDER, KINDS, VALUES, current_config_map, current_values


def test_both_files_are_current() -> None:
    assert (CONFIG_MAP.read_text(), VALUES.read_text()) == (current_config_map(), current_values()), "run `make generate`"


def test_the_keys_are_argo_cds() -> None:
    data = yaml.safe_load(CONFIG_MAP.read_text())["data"]
    assert set(data) == {*(f"resource.customizations.health.glider.dev_{kind}" for kind in KINDS), EXECUTIONS}
    assert data == yaml.safe_load(VALUES.read_text())["configs"]["cm"]


def test_each_script_is_pasted_as_it_is() -> None:
    actions = yaml.safe_load(yaml.safe_load(CONFIG_MAP.read_text())["data"][EXECUTIONS])
    scripts = {one["name"]: one["action.lua"] for one in actions["definitions"]}
    folder = FOLDER / "TaskExecution" / "actions"
    assert scripts == {name: (folder / name / "action.lua").read_text() for name in ("cancel", "rerun", "resume", "suspend")}
    assert actions["discovery.lua"] == (folder / "discovery.lua").read_text()


EXECUTIONS = "resource.customizations.actions.glider.dev_TaskExecution"

"""What there is to publish: a bundle for each root, with the code that belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from glider_client.code.archive import megabytes
from glider_client.registration.discovery import discover, find
from glider_client.registration.errors import RegistrationError
from glider_client.registration.registering import Copy, bundles, documents
from glider_core.api.code import MOST_BYTES_IN_CONFIG_MAPS
from tests.conftest import ROOT

Write = Callable[[str, str], Path]

TASK = "from glider import task\n\n@task\ndef add(a: int) -> int:\n    return a\n"


def files(bundle: Any) -> list[str]:
    return [entry.path for entry in bundle.archive.files]


def test_tasks_of_one_root_share_an_archive(write: Write, tmp_path: Path) -> None:
    write("one/reg_one.py", TASK)
    write("one/data.csv", "1\n")
    write("one/reg_more.py", TASK)
    write("two/reg_two.py", TASK)
    made = bundles(discover([tmp_path / "one", tmp_path / "two"]), namespace="n")
    assert [files(bundle) for bundle in made] == [["data.csv", "reg_more.py", "reg_one.py"], ["reg_two.py"]]
    assert [len(bundle.templates) for bundle in made] == [2, 1]
    kinds = [(one["kind"], one["metadata"]["namespace"]) for one in documents(made, namespace="n")]
    assert kinds == [("ConfigMap", "n"), ("TaskTemplate", "n"), ("TaskTemplate", "n"), ("ConfigMap", "n"), ("TaskTemplate", "n")]


def test_the_imported_files_alone(write: Write) -> None:
    write("reg_auto_helper.py", "X = 1\n")
    write("reg_auto_other.py", "X = 1\n")
    write("data.csv", "1\n")
    found = [find(write("reg_auto.py", f"import reg_auto_helper\n{TASK}"), "add")]
    (bundle,) = bundles(found, namespace="n", copy=Copy.AUTO)
    assert files(bundle) == ["reg_auto.py", "reg_auto_helper.py"]


@pytest.mark.parametrize("variable", ["HOME", "TMPDIR"])
def test_a_home_folder_is_not_published(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """Nor is the one for temporary files: whoever tries Glider out writes a file there."""
    monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    write(".ssh/id_rsa", "secret\n")
    (bundle,) = bundles([find(write("reg_home.py", TASK), "add")], namespace="n")
    assert files(bundle) == ["reg_home.py"]


def test_no_code(write: Write) -> None:
    (bundle,) = bundles([find(write("reg_none.py", TASK), "add")], namespace="n", copy=Copy.NONE, image="app:1")
    assert (bundle.archive, list(documents([bundle], namespace="n"))) == (None, list(bundle.templates))


def test_too_much_for_config_maps_is_refused_before_it_is_read(write: Write, tmp_path: Path) -> None:
    found = [find(write("reg_large.py", TASK), "add")]
    with (tmp_path / "model.bin").open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(
        RegistrationError, match=r"the code in .* is too large: expected files of at most .* The largest files are model\.bin"
    ):
        bundles(found, namespace="n")


def test_installed_packages_are_no_code_of_the_users(write: Write) -> None:
    found = [find(write("site-packages/reg_installed.py", TASK), "add")]
    with pytest.raises(RegistrationError, match="expected code of your own, found installed packages; pass --no-code"):
        bundles(found, namespace="n")
    assert bundles(found, namespace="n", copy=Copy.NONE, image="app:1")


def test_two_tasks_of_one_name_are_refused(write: Write) -> None:
    one, other = (find(write(name, TASK), "add") for name in ("reg_a1.py", "reg_a2.py"))
    same = [one, replace(other, full_name=one.full_name)]
    with pytest.raises(RegistrationError, match=r"found two that are called reg_a1\.add: add in reg_a1 and add in reg_a2"):
        bundles(same, namespace="n")


def test_the_docs_have_the_bound_of_config_maps() -> None:
    assert f"They hold up to {megabytes(MOST_BYTES_IN_CONFIG_MAPS).replace('.0', '')};" in (ROOT / "docs" / "register.md").read_text()


EAGER = """
from flytekit import eager, task


@task
def double(x: int) -> int:
    return 2 * x


@eager
async def doubled(n: int) -> int:
    return await double(x=n)
"""


def test_tasks_beside_an_eager_one_share_its_version(write: Write, tmp_path: Path) -> None:
    """flytekit, in the pod, looks for those that it starts by its own version."""
    write("reg_eager.py", EAGER)
    (bundle,) = bundles(discover([tmp_path]), namespace="n")
    versions = {one["spec"]["id"]["name"]: one["spec"]["id"]["version"] for one in bundle.templates}
    assert set(versions) == {"reg_eager.double", "reg_eager.doubled"}
    assert len(set(versions.values())) == 1
    assert [one["spec"]["id"]["name"] for one in bundle.templates if one["spec"].get("eager")] == ["reg_eager.doubled"]
    write("reg_eager.py", EAGER.replace("2 * x", "3 * x"))
    (changed,) = bundles(discover([tmp_path]), namespace="n")
    assert {one["spec"]["id"]["version"] for one in changed.templates}.isdisjoint(versions.values())

"""Packages that are installed before the task is loaded, by pip and by uv."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

import pytest

from glider.loading import packages
from glider.loading.errors import SetupError
from glider.wire.errors import Kind, Origin
from tests.unit.glider.support import BIN, Ended, Workspace, literal

SOURCE = """
import subprocess, sys
import fresh
def main() -> list[str]:
    code = "import fresh; print(fresh.ANSWER, end='')"
    return [fresh.ANSWER, *(subprocess.check_output([name, "-c", code], text=True, cwd="/") for name in (sys.executable, "python"))]
def script() -> str:
    return subprocess.check_output(["fresh-says"], text=True)
def dependency() -> str:
    import click
    return click.__file__
"""


@pytest.fixture(params=["pip", "uv"])
def installer(request: pytest.FixtureRequest, workspace: Workspace) -> str:
    """Which of the two works; both find their packages only in the workspace's folder `wheels`."""
    (workspace.folder / "wheels").mkdir()
    (workspace.folder / "pip.conf").touch()  # a configuration of pip's keeps uv away
    (workspace.folder / "bin").mkdir()
    (workspace.folder / "bin" / "uv").symlink_to(BIN / "uv")
    workspace.environment |= {
        "PATH": f"{workspace.folder / 'bin'}:{os.environ['PATH']}",
        "PIP_CONFIG_FILE": os.devnull if request.param == "uv" else str(workspace.folder / "pip.conf"),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(workspace.folder / "wheels"),
        "GLIDER_SCRATCH": str(workspace.folder / "scratch"),
    }
    (workspace.folder / "scratch").mkdir()
    return str(request.param)


def wheel(folder: Path, *, name: str = "fresh", version: str = "1", answer: str = "42", requires: str = "") -> None:
    """A wheel that either installer takes without building anything."""
    about = f"{name}-{version}.dist-info"
    required = f"Requires-Dist: {requires}\n" if requires else ""
    files = {
        f"{name}/__init__.py": f"ANSWER = {answer!r}\ndef say():\n    print(ANSWER, end='')\n",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{required}",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/entry_points.txt": f"[console_scripts]\n{name}-says = {name}:say\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{about}/RECORD"])
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in {**files, f"{about}/RECORD": record}.items():
            archive.writestr(path, text)


def installed_in_image(workspace: Workspace, *, name: str, version: str, answer: str) -> Path:
    """Stands for a package of the image: its folder is in PYTHONPATH, and called as those of installed packages are."""
    site = workspace.folder / "image" / "site-packages"
    (site / name).mkdir(parents=True)
    (site / name / "__init__.py").write_text(f"ANSWER = {answer!r}\n")
    about = site / f"{name}-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (about / "RECORD").write_text(f"{name}/__init__.py,,\n{about.name}/METADATA,,\n{about.name}/RECORD,,\n")
    workspace.environment["PYTHONPATH"] = str(site)
    return site


def install(workspace: Workspace, asked: str, *, task: str = "main") -> Ended:
    workspace.write(SOURCE)
    workspace.environment["_F_RUNTIME_PACKAGES"] = asked
    return workspace.run(task)


def strings(ended: Ended) -> list[str]:
    assert ended.outputs is not None, ended.stderr
    return [item.scalar.primitive.string_value for item in ended.outputs.literals["o0"].collection.literals]


def test_they_are_there_for_the_task_and_for_processes_that_it_starts(workspace: Workspace, installer: str) -> None:
    wheel(workspace.folder / "wheels")
    ended = install(workspace, "fresh")
    assert strings(ended) == ["42", "42", "42"]
    assert ("Using Python" in ended.stdout) == (installer == "uv"), ended.stdout


@pytest.mark.usefixtures("installer")
def test_their_programs_are_there(workspace: Workspace) -> None:
    wheel(workspace.folder / "wheels")
    ended = install(workspace, "fresh", task="script")
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"] == literal("42")


@pytest.mark.usefixtures("installer")
def test_no_home_is_needed(workspace: Workspace) -> None:
    wheel(workspace.folder / "wheels")
    workspace.environment["HOME"] = "/nowhere"
    assert strings(install(workspace, "fresh")) == ["42", "42", "42"]
    assert not {".cache", "tmp"} & {path.name for path in (workspace.folder / "scratch").iterdir()}  # nobody would use them again


@pytest.mark.usefixtures("installer")
def test_what_the_image_has_is_not_installed_again(workspace: Workspace) -> None:
    wheel(workspace.folder / "wheels", requires="click")  # of which there is no wheel here
    ended = install(workspace, "fresh", task="dependency")
    assert ended.outputs is not None, ended.stderr
    import click

    assert ended.outputs.literals["o0"] == literal(click.__file__)
    site = next((workspace.folder / "scratch" / "packages" / "lib").glob("python*")) / "site-packages"
    assert [path.name for path in site.glob("*.dist-info")] == ["fresh-1.dist-info"]


@pytest.mark.usefixtures("installer")
def test_a_newer_one_comes_before_the_images_own_which_stays(workspace: Workspace) -> None:
    site = installed_in_image(workspace, name="fresh", version="1", answer="old")
    wheel(workspace.folder / "wheels", version="2", answer="new")
    assert strings(install(workspace, "fresh>=2"))[0] == "new"
    assert "old" in (site / "fresh" / "__init__.py").read_text()
    assert (site / "fresh-1.dist-info" / "METADATA").exists()


def test_one_that_is_not_there_is_the_users_mistake(workspace: Workspace, installer: str) -> None:
    ended = install(workspace, "no-such-package==1")
    assert ended.error is not None
    assert (ended.error.code, ended.error.kind, ended.error.origin) == ("InvalidPackages", Kind.NON_RECOVERABLE, Origin.USER)
    name = "uv pip" if installer == "uv" else "pip"
    assert f"_F_RUNTIME_PACKAGES: {name} install no-such-package==1 ended with exit code 1" in ended.error.message
    words = {"pip": "No matching distribution found for no-such-package==1", "uv": "no-such-package was not found in the provided package"}
    assert words[installer] in ended.error.message
    assert ended.outputs is None


@pytest.mark.usefixtures("installer")
def test_so_are_packages_that_do_not_fit_each_other(workspace: Workspace) -> None:
    wheel(workspace.folder / "wheels")
    wheel(workspace.folder / "wheels", version="2")
    ended = install(workspace, "fresh==1 fresh==2")
    assert ended.error is not None
    assert (ended.error.code, ended.error.origin) == ("InvalidPackages", Origin.USER)


@pytest.mark.usefixtures("installer")
def test_an_index_that_can_not_be_reached_may_be_there_later(workspace: Workspace) -> None:
    workspace.environment |= {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1"}
    ended = install(workspace, "never-looked-for==1")
    assert ended.error is not None
    assert (ended.error.code, ended.error.kind, ended.error.origin) == ("SYSTEM", Kind.RECOVERABLE, Origin.SYSTEM)
    assert "Connection refused" in ended.error.message


def test_where_there_is_no_pip_that_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_pip = tmp_path / "python"
    without_pip.write_text(f"#!/bin/sh\nexec {sys.executable} -I -c 'import sys; sys.exit(\"No module named pip\")'\n")
    without_pip.chmod(0o755)
    monkeypatch.setattr(packages, "_make_overlay", lambda _folder: (str(without_pip), tmp_path))
    with pytest.raises(SetupError, match="No module named pip"):
        packages.install_packages(["anything"], scratch=str(tmp_path), environment={"PATH": "/nowhere"})

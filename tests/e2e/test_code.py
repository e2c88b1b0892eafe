"""Code that travels apart from the image, on a real node, under the restricted Pod Security Standard and without an image of one's own."""

from __future__ import annotations

import base64
import hashlib
import io
import sys
import tarfile
import zipfile
from typing import Any

from glider_core.api.code import PART_KEY, config_map_name
from tests.conftest import S3
from tests.e2e.conftest import Glider, wait_until
from tests.resources import execution, resolver_args, task, template

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
SOURCE = """
import os
from helper import VERSION
def main(count: int) -> str:
    return f"{VERSION} {open('data.csv').read()} {count} {os.path.dirname(__file__)}"
"""
PACKAGED = """
import fresh, os, subprocess
def main(count: int) -> str:
    return f"{fresh.ANSWER} {subprocess.check_output(['fresh-says'], text=True)} {count} {os.path.dirname(__file__)}"
"""
FOLDER = "/var/run/glider-scratch/code"


def archive_of(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return data.getvalue()


def sources(version: str) -> dict[str, bytes]:
    return {"app.py": SOURCE.encode(), "helper.py": f"VERSION = {version!r}\n".encode(), "data.csv": b"a,b"}


def wheel() -> bytes:
    about = "fresh-1.dist-info"
    files = {
        "fresh.py": "ANSWER = 42\ndef say():\n    print(ANSWER, end='')\n",
        f"{about}/METADATA": "Metadata-Version: 2.1\nName: fresh\nVersion: 1\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/entry_points.txt": "[console_scripts]\nfresh-says = fresh:say\n",
        f"{about}/RECORD": "",
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for name, text in files.items():
            file.writestr(name, text)
    return data.getvalue()


def code_task(code: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A task without an image, which may write nowhere but where Glider gives it room."""
    spec = task(resolver_args("app", "main"), inputs={"count": "integer"}, outputs={"o0": "string"}, **fields)
    del spec["container"]["image"]
    return spec | {"code": code | {"pythonVersion": PYTHON}, "containerSecurityContext": {"readOnlyRootFilesystem": True}}


def named(archive: bytes, *, sha256: str = "") -> dict[str, Any]:
    """`code` of a task, for an archive in two ConfigMaps."""
    digest = hashlib.sha256(archive).hexdigest()
    return {"sha256": sha256 or digest, "configMaps": [config_map_name(sha256=digest, part=i) for i in (0, 1)]}


def config_maps(archive: bytes, *owners: dict[str, Any]) -> list[dict[str, Any]]:
    """The same ConfigMaps, owned by TaskTemplates."""
    half = len(archive) // 2
    references = [
        {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskTemplate", "name": one["metadata"]["name"], "uid": one["metadata"]["uid"]}
        for one in owners
    ]
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "ownerReferences": references},
            "immutable": True,
            "binaryData": {PART_KEY: base64.b64encode(part).decode()},
        }
        for name, part in zip(named(archive)["configMaps"], (archive[:half], archive[half:]), strict=True)
    ]


def run(name: str, of: str, **spec: Any) -> dict[str, Any]:
    return execution(name, taskRef={"name": of}, inputs={"count": 1}, **spec)


def message_of(status: dict[str, Any], *, reason: str) -> str:
    """The message of the condition Succeeded, once it has this reason."""
    conditions = (one for one in status.get("conditions", ()) if (one["type"], one["reason"]) == ("Succeeded", reason))
    return next((str(one["message"]) for one in conditions), "")


def test_code_in_config_maps(without_store: Glider):
    first, second, third = (archive_of(sources(version)) for version in ("first", "second", "third"))
    packaged = archive_of({"app.py": PACKAGED.encode(), "wheels/fresh-1-py3-none-any.whl": wheel()})
    packages = [{"name": "_F_RUNTIME_PACKAGES", "value": "--no-index --find-links wheels fresh"}]
    without_store.apply(
        template("first", code_task(named(first))),
        template("second", code_task(named(second))),
        template("wrong", code_task(named(first, sha256="ab" * 32))),
        template("missing", code_task(named(third))),
        template("packaged", code_task(named(packaged), env=packages)),
    )
    owners = {name: without_store.get(f"tt/{name}") for name in ("first", "second", "packaged", "missing")}
    without_store.apply(*config_maps(first, owners["first"], owners["second"]), *config_maps(second, owners["second"]))
    without_store.apply(*config_maps(packaged, owners["packaged"]), config_maps(third, owners["missing"])[0])
    without_store.apply(*(run(f"run-{name}", name) for name in ("first", "second", "wrong", "missing", "packaged")))

    part = config_maps(third, owners["missing"])[1]
    missed = wait_until(lambda: message_of(without_store.status("run-missing"), reason="ConfigMapNotFound"), what="a missing part")
    name = part["metadata"]["name"]
    assert missed == f'ConfigMap "{name}" is not there yet, and holds a part of the task\'s code: register the task again'
    without_store.apply(part)

    for name in ("first", "second"):
        status = without_store.wait_for(f"run-{name}")
        assert status.get("outputs") == {"o0": f"{name} a,b 1 {FOLDER}"}, status
    assert {pod["spec"]["containers"][0]["image"] for pod in without_store.pods()} == {f"python:{PYTHON}-slim"}
    status = without_store.wait_for("run-wrong")
    found = hashlib.sha256(first).hexdigest()
    assert (status["error"]["code"], status["error"]["origin"], len(status["attempts"])) == ("CodeMismatch", "SYSTEM", 1)
    assert f"expected an archive with the SHA-256 {'ab' * 32}, found {found}" in status["error"]["message"]
    assert without_store.wait_for("run-missing").get("outputs") == {"o0": f"third a,b 1 {FOLDER}"}
    assert without_store.wait_for("run-packaged").get("outputs") == {"o0": f"42 42 1 {FOLDER}"}

    without_store.kubectl("delete", "tt", "first", "packaged")
    gone = [one["metadata"]["name"] for one in config_maps(packaged)]
    left = [one["metadata"]["name"] for one in (*config_maps(first), *config_maps(second), *config_maps(third))]
    wait_until(lambda: not set(gone) & config_maps_of(without_store), what="the ConfigMaps of deleted templates to go")
    assert set(left) <= config_maps_of(without_store)  # `second` owns those of `first`, too
    without_store.kubectl("delete", "tt", "second")
    gone = [one["metadata"]["name"] for one in (*config_maps(first), *config_maps(second))]
    wait_until(lambda: not set(gone) & config_maps_of(without_store), what="the ConfigMaps of the last template to go")


def config_maps_of(glider: Glider) -> set[str]:
    return {one["metadata"]["name"] for one in glider.get("configmaps")["items"]}


def test_code_in_the_store(glider: Glider, s3: S3):
    archive = archive_of(sources("stored"))
    uri = f"{s3.uri}/code.tar.gz"
    s3.write(uri, archive)
    spec = code_task({"sha256": hashlib.sha256(archive).hexdigest(), "uri": uri})
    glider.apply(execution("stored", task=spec, inputs={"count": 1}))
    status = glider.wait_for("stored")
    assert status.get("outputs") == {"o0": f"stored a,b 1 {FOLDER}"}, status

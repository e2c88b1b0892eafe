"""The file systems of the images, step by step."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from release.image import debian, distributions, licences, python, sbom
from release.image.component import Component
from release.image.root import MissingFileError, Root

HOME = "opt/glider"
DOCUMENTS = "usr/share/doc/glider"
_ACCOUNTS = {
    "etc/passwd": "root:x:0:0:root:/:/sbin/nologin\nglider:x:65532:65532:glider:/:/sbin/nologin\n",
    "etc/group": "root:x:0:\nglider:x:65532:\n",
}
#: Of whoever connects with TLS, looks up names, prints text or has libraries in /usr/local, where the base has them.
_SETTINGS = (
    "etc/ssl/openssl.cnf",
    "usr/lib/ssl/certs",
    "usr/lib/ssl/openssl.cnf",
    "etc/nsswitch.conf",
    "usr/lib/locale/C.utf8",
    "etc/ld.so.cache",
)
_CERTIFICATES = "etc/ssl/certs"
#: What the bundle has for one Python alone: Zstandard is built for each (3.14 has its own), obstore for the stable ABI of 3.11.
_FOR_ONE_PYTHON = {
    "3.10": ("obstore", "backports.zstd"),
    "3.11": ("backports.zstd",),
    "3.12": ("backports.zstd",),
    "3.13": ("backports.zstd",),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Build:
    """What one image is made from: the base's root file system, a folder of wheels, and where it goes."""

    base: Path
    wheels: Path
    into: Path
    architecture: str
    time: int

    def root(self) -> Root:
        """The new file system."""
        return Root(self.into, base=self.base, architecture=self.architecture)


def operator(build: Build) -> None:
    """The operator alone."""
    _service(build, "glider-operator")


def console(build: Build) -> None:
    """The console, with the front end that is in its wheel, and what reads tables."""
    _service(build, "glider-console", extra="[tables]")


def admin(build: Build) -> None:
    """The front for flytekit's clients."""
    _service(build, "glider-admin")


def _service(build: Build, name: str, *, extra: str = "") -> None:
    """An environment in /opt/glider over the base's Python, with this distribution's command of the same name, and what both need."""
    root = build.root()
    interpreter = python.interpreter(root)
    packages = build.into / HOME / "lib" / f"python{interpreter.version}" / "site-packages"
    python.install(f"{name}{extra}", wheels=build.wheels, into=packages, python=interpreter.version, architecture=build.architecture)
    _add_program(root, packages, interpreter, name)
    python.leave_out(packages)
    python.add_interpreter(root, interpreter)
    python.compile_all(packages, at=f"/{packages.relative_to(build.into)}")
    root.add_library("libgcc_s.so.1", needed_by="the end of a thread")  # glibc opens it then
    _add_settings(root)
    root.add_libraries()
    (build.into / "tmp").mkdir()
    _finish(build, root, name=name, folders=[packages], others=_own_python(root, interpreter))


def bundle(build: Build) -> None:
    """The executor's bundle, without bytecode: each Python that may run it brings its own."""
    home = build.into / HOME / "executor"
    libraries = home / "lib"
    version = python.interpreter(build.root()).version
    python.install("glider-executor", wheels=build.wheels, into=libraries, python=version, architecture=build.architecture)
    for one, distributions_of_it in _FOR_ONE_PYTHON.items():
        for name in distributions_of_it if one != version else ():
            into = home / f"lib-{one}"
            python.install(name, wheels=build.wheels, into=into, python=one, architecture=build.architecture, dependencies=False)
    for folder in home.iterdir():
        python.leave_out(folder, python.UNIMPORTED_IN_TASKS)
    shutil.copytree(libraries / "glider" / "bundle" / "shims", home / "shims")
    shutil.copy(libraries / "glider" / "bundle" / "start.py", home)


def executor(build: Build) -> None:
    """To the bundle that is there: cp, which copies it into a task's pod."""
    root = build.root()
    root.add("bin/cp")
    root.add_libraries(apart_from=HOME)  # the bundle runs in tasks' images, with theirs
    folders = sorted((build.into / HOME / "executor").glob("lib*"))
    _finish(build, root, name="glider-executor", folders=folders, others=[])


def _add_program(root: Root, packages: Path, interpreter: python.Interpreter, name: str) -> None:
    """The command, started by the environment's own Python: no shell has a part in it."""
    _, _, rest = (packages / "bin" / name).read_text().partition("\n")
    root.write(f"{HOME}/bin/{name}", f"#!/{HOME}/bin/python\n{rest}", mode=0o755)
    (root.folder / HOME / "bin" / "python").symlink_to(f"/{interpreter.program}")
    root.write(f"{HOME}/pyvenv.cfg", f"home = /{Path(interpreter.program).parent}\ninclude-system-site-packages = false\n")


def _add_settings(root: Root) -> None:
    for path in _SETTINGS:
        if root.find(path):
            root.add(path)
    bundle = f"{_CERTIFICATES}/ca-certificates.crt"
    # A base that was only unpacked, for another architecture, has not run what makes it; certificates are the same everywhere.
    holder = root if root.find(bundle) else Root(root.folder, base=Path("/"), architecture=root.architecture)
    if not holder.find(bundle):
        raise MissingFileError(f"neither the base nor the build's own image has /{bundle}")
    holder.add(_CERTIFICATES)


def _own_python(root: Root, interpreter: python.Interpreter) -> list[Component]:
    """Python itself, where it is none of Debian's packages."""
    if not interpreter.program.startswith("usr/local/"):
        return []
    licence = root.add(f"{interpreter.library}/LICENSE.txt")
    version = _patch_version(root, interpreter)
    return [Component(name="python", version=version, licence="PSF-2.0", purl=f"pkg:generic/python@{version}", texts=(f"/{licence}",))]


def _patch_version(root: Root, interpreter: python.Interpreter) -> str:
    """The version with its third number, from the header of the base's own files."""
    header = root.base / Path(interpreter.program).parent.parent / "include" / f"python{interpreter.version}" / "patchlevel.h"
    for line in header.read_text().splitlines() if header.exists() else []:
        if line.startswith("#define PY_VERSION "):
            return line.split('"')[1]
    return interpreter.version


def _finish(build: Build, root: Root, *, name: str, folders: Sequence[Path], others: Sequence[Component]) -> None:
    """The accounts, the documents, and one time for all."""
    for path, text in _ACCOUNTS.items():
        root.write(path, text)
    found = [*others, *debian.add_packages(root)]
    for folder in folders:
        found += distributions.components(folder, root=build.into, wheels=build.wheels, architecture=build.architecture)
    for one in found:
        licences.check(one.name, one.licence)
    own = next(one.version for one in found if one.name == name)
    root.write(f"{DOCUMENTS}/sbom.spdx.json", sbom.document(name, own, components=found, time=build.time))
    root.write(f"{DOCUMENTS}/licences.txt", sbom.licence_list(found))
    root.settle(time=build.time)
    if (build.into / "tmp").exists():
        (build.into / "tmp").chmod(0o1777)

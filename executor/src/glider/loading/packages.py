"""Packages that are installed before the task is loaded (_F_RUNTIME_PACKAGES). flytekit ignores pip's exit code; here it counts.

They go into a virtual environment of the attempt's own, on top of the image's packages: what the image has and is good enough isn't
installed again, and nothing of the image needs to be writable. So they come before what is installed, and after Python's own library.

By uv where the image has it, else by pip. uv doesn't see the packages below its environment, so it is shown their metadata while it
works, and it doesn't read pip's configuration: variables are translated, and a file of it makes us use pip.
"""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from pathlib import Path

from glider.loading.errors import InvalidPackagesError, SetupError
from glider.loading.searching import INSTALLED, put_before_installed
from glider.wire.contract import ENV_RUNTIME_PACKAGES

_MOST_LINES = 15
#: Of pip and uv: the index can't be reached, or has no answer now. Then neither knows whether a package is there.
_LATER = (
    "connection broken by",
    "Max retries exceeded",
    "Failed to establish a new connection",
    "Read timed out",
    "error sending request",
    "operation timed out",
    "No space left on device",
    "Server Error",
    "server error (5",
)
#: Nothing that another attempt would change.
_NEVER = (
    "No matching distribution found",
    "No solution found when resolving",
    "ResolutionImpossible",
    "Invalid requirement",
    "Failed to parse",
    "requires a different Python",
    "Could not open requirements file",
    "subprocess-exited-with-error",
    "Failed to build",
    "no such option",
    "unexpected argument",
)
#: Options of uv for variables of pip.
_OPTIONS = {
    "PIP_INDEX_URL": "--index-url",
    "PIP_EXTRA_INDEX_URL": "--extra-index-url",
    "PIP_FIND_LINKS": "--find-links",
    "PIP_TRUSTED_HOST": "--allow-insecure-host",
}
#: The values for which pip takes a switch to be off.
_OFF = frozenset({"", "0", "false", "no", "off", "n", "f"})


def install_packages(packages: Sequence[str], *, scratch: str, environment: MutableMapping[str, str]) -> None:
    """Installs `packages` below `scratch`. `environment` doesn't ask for them any more afterwards.

    Raises:
        InvalidPackagesError: they aren't there, or don't fit each other or this Python; with the installer's last lines.
        SetupError: it failed for another reason.
    """
    overlay = Path(scratch) / "packages"
    try:
        python, site = _make_overlay(overlay)
        temporary = Path(scratch) / "tmp"
        temporary.mkdir(exist_ok=True)
    except (OSError, ImportError) as error:
        raise SetupError(f"{ENV_RUNTIME_PACKAGES}: there is no place for packages: {type(error).__name__}: {error}") from error
    uv = _uv(environment)
    command = [uv, "pip", "install", "--python", python, *_uv_options(environment)] if uv else [python, "-m", "pip", "install"]
    with _shown_to_uv(site) if uv else contextlib.nullcontext():
        done = subprocess.run(
            [*command, *packages],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            env={**environment, **_homes(environment, scratch=scratch, temporary=str(temporary))},
        )
    print(done.stdout, end="")
    shutil.rmtree(temporary, ignore_errors=True)
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-_MOST_LINES:])
        name = "uv pip" if uv else "pip"
        message = f"{ENV_RUNTIME_PACKAGES}: {name} install {' '.join(packages)} ended with exit code {done.returncode}:\n{tail}"
        raise _error_for(done.stdout)(message)
    put_before_installed(str(site))
    environment["PATH"] = os.pathsep.join([str(overlay / "bin"), environment.get("PATH", os.defpath)])
    environment["VIRTUAL_ENV"] = str(overlay)
    environment.pop(ENV_RUNTIME_PACKAGES, None)


def _error_for(output: str) -> type[SetupError]:
    if any(words in output for words in _LATER):
        return SetupError
    return InvalidPackagesError if any(words in output for words in _NEVER) else SetupError


def _make_overlay(folder: Path) -> tuple[str, Path]:
    """A virtual environment on top of this interpreter's packages, which may be in one themselves; its interpreter, and its packages."""
    import venv

    venv.EnvBuilder(system_site_packages=True, symlinks=True).create(folder)
    site = folder / "lib" / Path(os.__file__).parent.name / "site-packages"
    lines = [f"import site; site.addsitedir({path!r})" for path in _installed()]
    (site / "glider_image.pth").write_text("".join(f"{line}\n" for line in lines))
    return str(folder / "bin" / "python"), site


def _installed() -> list[str]:
    return [path for path in sys.path if os.path.basename(path) in INSTALLED and os.path.isdir(path)]  # noqa: PTH112, PTH119


def _uv(environment: Mapping[str, str]) -> str | None:
    return None if _has_pips_configuration(environment) else shutil.which("uv", path=environment.get("PATH"))


def _has_pips_configuration(environment: Mapping[str, str]) -> bool:
    """As pip looks for it. /dev/null as PIP_CONFIG_FILE switches all files off."""
    if (own := environment.get("PIP_CONFIG_FILE")) is not None:
        return own != os.devnull and Path(own).is_file()
    home = Path(environment.get("HOME") or "/")
    places = (Path("/etc/pip.conf"), home / ".pip" / "pip.conf", home / ".config" / "pip" / "pip.conf", Path(sys.prefix) / "pip.conf")
    return any(place.is_file() for place in places)


def _uv_options(environment: Mapping[str, str]) -> Iterator[str]:
    if environment.get("PIP_NO_INDEX", "").lower() not in _OFF:
        yield "--no-index"
    for variable, option in _OPTIONS.items():
        for value in environment.get(variable, "").split():
            yield from (option, value)


@contextlib.contextmanager
def _shown_to_uv(site: Path) -> Iterator[None]:
    """What the image has, as far as uv asks: the metadata. When uv takes a newer one it removes that; the rest goes afterwards, since
    importlib.metadata must find the image's own, with its entry points.
    """
    shown = []
    for folder in _installed():
        for path in glob.glob(os.path.join(glob.escape(folder), "*.dist-info", "METADATA")):  # noqa: PTH118, PTH207
            copy = site / Path(path).parent.name
            if not copy.exists():
                copy.mkdir()
                shutil.copy(path, copy / "METADATA")
                (copy / "RECORD").write_text(f"{copy.name}/METADATA,,\n{copy.name}/RECORD,,\n")
                shown.append(copy)
    try:
        yield
    finally:
        for copy in shown:
            if not (copy / "INSTALLER").exists():  # uv's own mark: the same version, installed by it
                shutil.rmtree(copy, ignore_errors=True)


def _homes(environment: Mapping[str, str], *, scratch: str, temporary: str) -> dict[str, str]:
    """A user without a home, as in restricted pods, gets one here, and no caches, which nobody would use again."""
    given = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "TMPDIR": environment.get("TMPDIR") or temporary}
    if os.access(environment.get("HOME") or "/", os.W_OK):
        return given
    return given | {"HOME": scratch, "PIP_NO_CACHE_DIR": "1", "UV_NO_CACHE": "1"}

"""A user's client: where it connects, with which token, for which project."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT

DOMAIN = "development"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with a home folder, whose ~/.flyte/config.yaml names the front and a command that prints a token."""

    home: Path
    project: str
    variables: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, home: Path, *, endpoint: str, command: Sequence[str], project: str, variables: Mapping[str, str] | None = None) -> Person:
        """One whose configuration is what docs/flyte-clients.md shows, with an address and a command of their own."""
        admin = {**documented(), "endpoint": f"dns:///{endpoint}", "insecure": True, "command": list(command)}
        file = home / ".flyte" / "config.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(yaml.safe_dump({"admin": admin}))
        return cls(home=home, project=project, variables=variables or {})

    @classmethod
    def with_token(cls, home: Path, *, endpoint: str, token: str, project: str) -> Person:
        """One whose command prints this token."""
        home.mkdir(parents=True, exist_ok=True)
        (home / "token").write_text(token)
        return cls.at(home, endpoint=endpoint, command=["cat", str(home / "token")], project=project)

    @property
    def environment(self) -> dict[str, str]:
        """What a process of theirs has: nothing of this machine's Flyte or Python. What Python wrote beside code would be other code."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        return {**kept, "HOME": str(self.home), "COLUMNS": "200", "PYTHONDONTWRITEBYTECODE": "1", **self.variables}

    def start(self, program: Path, *arguments: str, folder: Path) -> subprocess.Popen[str]:
        """A client that goes on."""
        command = [str(program), *arguments]
        pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
        return subprocess.Popen(command, cwd=folder, env=self.environment, stdout=pipe, stderr=pipe, stdin=nothing, text=True)

    def run(self, program: Path, *arguments: str, folder: Path) -> str:
        """What a client prints that succeeds."""
        return ended(self.start(program, *arguments, folder=folder))

    def fail(self, program: Path, *arguments: str, folder: Path) -> str:
        """What a client prints that fails."""
        return failed(self.start(program, *arguments, folder=folder))

    @property
    def place(self) -> tuple[str, ...]:
        """The options that name the project and the domain."""
        return ("-p", self.project, "-d", DOMAIN)


def documented() -> Mapping[str, Any]:
    """The section `admin` of the configuration that docs/flyte-clients.md shows."""
    text = (ROOT / "docs" / "flyte-clients.md").read_text()
    section: Mapping[str, Any] = yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])["admin"]
    return section


def ended(process: subprocess.Popen[str]) -> str:
    """What a client has printed, once it has ended well."""
    printed, errors = process.communicate(timeout=300)
    assert process.returncode == 0, f"{process.args!r}:\n{printed}\n{errors}"
    return printed


def failed(process: subprocess.Popen[str]) -> str:
    """All that a client has printed, once it has ended badly."""
    printed, errors = process.communicate(timeout=300)
    assert process.returncode != 0, f"{process.args!r}:\n{printed}\n{errors}"
    return printed + errors

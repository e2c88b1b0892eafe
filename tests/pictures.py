"""Records docs/pictures/run.svg: what a person sees on a terminal of the commands of docs/first-task.md, on a real cluster.

python -m tests.pictures       # with a kubeconfig whose context has a namespace, on a cluster where Glider is installed
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tests.conftest import ROOT
from tests.documented.reading import WriteFile, steps

PICTURE = ROOT / "docs" / "pictures" / "run.svg"
_COLUMNS, _LINES = 100, 40
_COMMANDS = (
    "glider run bill.py share --total 30 --people 4",
    "glider run bill.py share --total 30 --people 0",
)
_CONTROL = re.compile(r"(\x1b\[\d*[AK]|\x1b\[\?25[hl]|\r|\n)")


def record() -> None:
    """Run the commands, and write the picture."""
    console = Console(record=True, width=_COLUMNS, file=StringIO(), force_terminal=True, highlight=False)
    with tempfile.TemporaryDirectory() as folder:
        page = (ROOT / "docs" / "first-task.md").read_text()
        first = next(step for step in steps(page) if isinstance(step, WriteFile))
        (Path(folder) / first.path).write_text(first.text)
        for command in _COMMANDS:
            console.print(Text.assemble(("$ ", "bold green"), command))
            for line in screen(typed(command, Path(folder))):
                console.print(Text.from_ansi(line), soft_wrap=True)
    drawn = console.export_svg(title="glider")
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL))  # no fonts from elsewhere


def typed(command: str, folder: Path) -> str:
    """What `command` writes to a terminal."""
    ours, theirs = pty.openpty()
    variables = {
        **os.environ,
        "TERM": "xterm-256color",
        "COLUMNS": str(_COLUMNS),
        "LINES": str(_LINES),
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
    }
    variables.pop("NO_COLOR", None)
    with subprocess.Popen(["bash", "-c", command], cwd=folder, env=variables, stdin=theirs, stdout=theirs, stderr=theirs):
        os.close(theirs)
        written = b"".join(_read(ours))
    os.close(ours)
    return written.decode(errors="replace")


def _read(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # the other side is closed
            return
        if not data:
            return
        yield data


def screen(written: str) -> list[str]:
    """The lines that are left on the terminal. It knows what rich's live view uses: up one line, erase the line."""
    lines, row = [""], 0
    for part in _CONTROL.split(written):
        match part:
            case "\n":
                row += 1
                lines += [""] * (row + 1 - len(lines))
            case "\x1b[1A" | "\x1b[A":
                row = max(0, row - 1)
            case "\x1b[2K":
                lines[row] = ""
            case "\r" | "\x1b[?25h" | "\x1b[?25l":
                pass
            case _:
                lines[row] += part
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


if __name__ == "__main__":
    record()

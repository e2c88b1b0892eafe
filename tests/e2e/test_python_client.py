"""docs/python.md on a real node, as it stands there; and what the page only describes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.e2e.conftest import Glider as Installed

PAGE = (ROOT / "docs" / "python.md").read_text()
FILE, SCRIPT = ("".join(re.findall(rf"```{mark}\n(.*?)```", PAGE, re.DOTALL)) for mark in ("python shop.py", "python"))
#: What an example prints is in the comment behind it.
EXPECTED = re.findall(r"^ *print\(.*\)  +# (.*)$", SCRIPT, re.MULTILINE)


@pytest.fixture
def run(without_store: Installed, tmp_path: Path) -> Callable[[str], str]:
    """Runs a script as its author would: in a folder with shop.py, with a kubeconfig whose context has the namespace."""
    config = json.loads(without_store.cluster.kubectl("config", "view", "--raw", "-o", "json"))
    for context in config["contexts"]:
        context["context"]["namespace"] = without_store.namespace
    (tmp_path / "kubeconfig").write_text(json.dumps(config))
    (tmp_path / "shop.py").write_text(FILE)

    def run(script: str) -> str:
        (tmp_path / "main.py").write_text(script)
        environment = {**os.environ, "KUBECONFIG": str(tmp_path / "kubeconfig")}
        result = subprocess.run([sys.executable, "main.py"], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        return result.stdout

    return run


def test_the_page_does_what_it_shows(run: Callable[[str], str]):
    assert run(SCRIPT).splitlines() == EXPECTED


MORE = """
import time
import traceback
from pathlib import Path
from glider_client import Glider, TaskFailedError
from shop import total

glider = Glider()
failing = glider.run(total, price=-1.0)
try:
    failing.result()
except TaskFailedError:
    print(traceback.format_exc())
Path("shop.py").write_text(Path("shop.py").read_text().replace("price < 0", "price < -1"))
again = failing.rerun_with_code(".")
print("corrected:", again.result())

waiting = glider.options(name="waiting").run(total, 1.0).suspend()
while waiting.phase != "Suspended":
    time.sleep(0.2)
print("resumed:", waiting.resume().result())
print("logs:", list(waiting.logs()))

Path("talk.py").write_text("def talk(n: int) -> None:\\n    for i in range(n):\\n        print('line', i)\\n")
print("followed:", [line for line in glider.run("talk.py:talk", n=3).logs(follow=True) if line.startswith("line")])
"""


def test_a_failure_its_correction_and_a_pause(run: Callable[[str], str]):
    """The failure has the task's own line; the corrected code runs with the same inputs; what is suspended starts no pod."""
    printed = run(MORE)
    assert re.search(r'shop\.py", line 3, in total\n +raise ValueError\(f"a price of \{price\}"\)', printed)
    assert "The above exception was the direct cause of the following exception:" in printed
    assert re.search(r"TaskFailedError: total-\w+ failed: ValueError: a price of -1.0 \(USER:RuntimeError\)", printed)
    assert "corrected: -3.0\nresumed: 3.0\nlogs: " in printed
    assert printed.endswith("followed: ['line 0', 'line 1', 'line 2']\n")

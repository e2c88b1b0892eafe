"""What a task's pod installs first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from glider_client.registration.discovery import find
from glider_client.registration.errors import RegistrationError
from glider_client.registration.packages import packages_of

FUNCTION = "def f() -> None:\n    pass\n"
SCRIPT = """
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "rich>=13",
#   "requests",
# ]
# ///
"""

Write = Callable[[str, str], Path]


def test_the_metadata_of_a_script(write: Write) -> None:
    assert packages_of(find(write("script.py", SCRIPT + FUNCTION), "f")) == ("rich>=13", "requests")


def test_named_packages_and_requirements_files(write: Write) -> None:
    found = find(write("plain.py", FUNCTION), "f")
    write("more.txt", "c == 3\n")
    requirements = write("requirements.txt", "# ours\na>=1  # why\n\n-r more.txt\nb ; python_version < '3.12'\nd[x]==4 \\\n\n")
    assert packages_of(found, packages=["z", "a>=1"], requirements=[requirements]) == (
        "z",
        "a>=1",
        "c==3",
        "b;python_version<'3.12'",
        "d[x]==4",
    )


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param("--index-url https://x\n", "expected packages, found the option --index-url", id="an option"),
        pytest.param("a; x == 'y' and z == 'w'\n", "expected a package whose marker has no and, or, in and not", id="a long marker"),
        pytest.param("-r nowhere.txt\n", "nowhere.txt: expected a requirements file", id="a file that isn't there"),
    ],
)
def test_refuses_requirements(write: Write, text: str, error: str) -> None:
    found = find(write("plain.py", FUNCTION), "f")
    with pytest.raises(RegistrationError, match=error.replace(".", r"\.")):
        packages_of(found, requirements=[write("requirements.txt", text)])


@pytest.mark.parametrize(
    ("script", "error"),
    [
        pytest.param(SCRIPT + "\n" + SCRIPT, "expected one block of script metadata", id="two blocks"),
        pytest.param("# /// script\n# dependencies = [\n# ///\n", "expected TOML in the script metadata", id="no TOML"),
        pytest.param("# /// script\n# dependencies = 3\n# ///\n", "expected a list of packages as dependencies", id="no list"),
    ],
)
def test_refuses_a_script(write: Write, script: str, error: str) -> None:
    with pytest.raises(RegistrationError, match=error):
        packages_of(find(write("script.py", script + FUNCTION), "f"))

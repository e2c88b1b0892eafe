"""Requirements travel as pip's arguments without spaces; what can't is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from glider_client.registration.errors import RegistrationError
from glider_client.registration.requirements import normalized, read_requirements, script_requirements

Write = Callable[[str, str], Path]


@pytest.mark.parametrize(
    "requirement",
    [
        "numpy",
        "numpy >= 1.2 , < 2",
        'numpy >= 1.2; python_version < "3.12"',
        'numpy; python_version < "3.12" and sys_platform == "linux"',
        'numpy[a, b] ~= 1.0; python_version < "3.12" or (sys_platform == "linux" and os_name == "posix")',
        'numpy; (python_version < "3" or os_name == "x") and sys_platform == "linux"',
        "numpy @ https://example.org/numpy.whl",
        "numpy===1.0",
        "a",
        "numpy (>=1.2, <2)",
        "numpy[]==1.*,!=1.5.*",
        "numpy==2.0rc1+local.1",
    ],
)
def test_a_requirement_means_the_same_without_spaces(requirement: str) -> None:
    (found,) = normalized([requirement], where="here")
    assert len(found.split()) == 1
    assert (Requirement(found), Requirement(found).marker) == (Requirement(requirement), Requirement(requirement).marker)


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ('numpy; "linux" in sys_platform', "expected a marker without `in`"),
        ('numpy; os_name == "a b"', "expected a requirement without spaces in quotes"),
        ('numpy @ https://example.org/x.whl ; os_name == "x"', "expected a URL without a marker"),
        ("numpy==1 --hash=sha256:00", "expected a requirement without --hash"),
        ("a;;b[", "expected a requirement such as numpy or 'numpy>=1.2,<2', found 'a;;b['"),
        ("numpy pandas", "expected a requirement such as"),
        ("numpy=1", "expected a requirement such as"),
        ("numpy; windows", "expected a requirement such as"),
        ("", "expected a requirement such as"),
        ("./here", "expected a requirement by name or URL, found ./here; code of your own travels by itself"),
    ],
)
def test_refuses(requirement: str, expected: str) -> None:
    with pytest.raises(RegistrationError) as refused:
        normalized([requirement], where="here")
    assert str(refused.value).startswith(f"here: {expected}")


def test_reads_a_file_with_the_files_that_it_includes(write: Write) -> None:
    write("sub/base.txt", "numpy==1.0 # for all\n-r more.txt\n")
    write("sub/more.txt", "pandas>=2\n")
    file = write(
        "requirements.txt",
        """
        # comments
        -r sub/base.txt
        --index-url https://example.org/simple
        --extra-index-url=https://example.org/other
        --pre
        polars \\
          >= 1.0
        git+https://example.org/x@main#egg=x
        """,
    )
    assert read_requirements(file) == [
        "numpy==1.0",
        "pandas>=2",
        "--index-url=https://example.org/simple",
        "--extra-index-url=https://example.org/other",
        "--pre",
        "polars>=1.0",
        "git+https://example.org/x@main#egg=x",
    ]
    assert normalized(read_requirements(file), where="here") == read_requirements(file)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("-e .\n", "requirements.txt, line 1: expected requirements, -r, -i", id="an editable package"),
        pytest.param("a\n--no-binary :all:\n", "requirements.txt, line 2: expected requirements, -r, -i", id="another option"),
        pytest.param("-r none.txt\n", "none.txt: expected a file of requirements, found: No such file or directory", id="no file"),
        pytest.param("-r requirements.txt\n", "does it include itself?", id="a file that includes itself"),
    ],
)
def test_refuses_a_file(write: Write, text: str, expected: str) -> None:
    with pytest.raises(RegistrationError) as refused:
        read_requirements(write("requirements.txt", text))
    assert expected in str(refused.value)


def test_reads_a_scripts_own_metadata(write: Write) -> None:
    script = write(
        "script.py",
        """
        # /// script
        # requires-python = ">=3.11"
        # dependencies = [
        #   "requests<3",
        #   "rich >= 13",
        # ]
        # ///
        import requests
        """,
    )
    assert script_requirements(script) == ["requests<3", "rich>=13"]
    assert script_requirements(write("none.py", "import os\n")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("# /// script\n# dependencies = [\n# ///\n", "expected TOML in the block", id="no TOML"),
        pytest.param("# /// script\n# dependencies = 'a'\n# ///\n", "expected a list of requirements", id="no list"),
        pytest.param("# /// script\n# a = 1\n# ///\n\n# /// script\n# a = 1\n# ///\n", "expected one block", id="two blocks"),
    ],
)
def test_refuses_metadata(write: Write, text: str, expected: str) -> None:
    with pytest.raises(RegistrationError, match=expected):
        script_requirements(write("script.py", text))

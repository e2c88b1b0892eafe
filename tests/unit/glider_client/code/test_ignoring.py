"""What git, docker and flytekit leave out is left out."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from glider_client.code.tree import entries_of

FILES = [
    "a.py",
    "b.txt",
    "build/c.py",
    "src/build/d.py",
    "src/deep/er/e.py",
    "src/deep/f.log",
    "src/keep.log",
    "doc/#g.py",
    "doc/!h.py",
    "doc/with space.py",
    "doc/trailing ",
    "doc/ümlaut.py",
    "docs/i.py",
    "data/x/1.csv",
    "data/y/2.csv",
    "foo/bar/baz.py",
    "a/b/foo/bar/baz.py",
    "[abc].py",
    "UPPER.PY",
]


def write_all(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def paths(root: Path) -> list[str]:
    return [entry.path for entry in entries_of(root)]


def git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", "-c", "core.excludesFile=/dev/null", *words], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param({".gitignore": "build/\n"}, id="a folder anywhere"),
        pytest.param({".gitignore": "/build\n"}, id="a folder at the top"),
        pytest.param({".gitignore": "*.log\n!keep.log\n"}, id="an exception"),
        pytest.param({".gitignore": "src/\n!src/keep.log\n"}, id="an exception in a folder that is left out"),
        pytest.param({".gitignore": "src/*\n!src/deep/\nsrc/deep/*\n!src/deep/er/\n"}, id="folders brought back step by step"),
        pytest.param({".gitignore": "*.log\n", "src/.gitignore": "!*.log\n"}, id="a deeper file wins"),
        pytest.param({".gitignore": "!*.log\n", "src/.gitignore": "*.log\n/build\n"}, id="a deeper file leaves out more"),
        pytest.param({".gitignore": "**/er/\ndata/**/1.csv\nfoo/**\n"}, id="two asterisks"),
        pytest.param({".gitignore": "foo/bar\n"}, id="a pattern with a slash begins at its folder"),
        pytest.param({"a/.gitignore": "foo/bar\nb/foo/\n"}, id="and at its folder alone"),
        pytest.param({".gitignore": "\\#g.py\n\\!h.py\n# a comment\n\n"}, id="escapes and comments"),
        pytest.param({".gitignore": "trailing\\ \nwith space.py  \n"}, id="spaces"),
        pytest.param({".gitignore": "[[]abc].py\n?.txt\n[!x].py\n"}, id="classes of characters"),
        pytest.param({".gitignore": "ümlaut.py\n"}, id="letters beyond ASCII"),
        pytest.param({".gitignore": "*.py\n!/a.py\n"}, id="one suffix but one file"),
        pytest.param({".gitignore": "*\n!*/\n!*.py\n"}, id="all but one suffix"),
        pytest.param({".gitignore": "doc\n"}, id="a name is no prefix"),
        pytest.param({".git/info/exclude": "b.txt\n", ".gitignore": "!b.txt\n"}, id="the excludes of the clone, which come last"),
        pytest.param({".gitignore": "\ufeffbuild/\n"}, id="a byte order mark"),
        pytest.param({".gitignore": "upper.py\n"}, id="letters in upper case are others"),
    ],
)
@pytest.mark.parametrize("below", ["", "src"], ids=["in the whole tree", "in a folder of it"])
def test_the_same_files_as_git(tmp_path: Path, rules: dict[str, str], below: str) -> None:
    git(tmp_path, "init", "--quiet")
    write_all(tmp_path, {**dict.fromkeys(FILES, "x"), **rules})
    expected = git(tmp_path / below, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    if any(expected):  # else git ignores the whole folder: the next test
        assert paths(tmp_path / below) == sorted(filter(None, expected), key=str.encode)


@pytest.mark.parametrize("seed", range(8))
def test_the_same_files_as_git_by_any_patterns(tmp_path: Path, seed: int) -> None:
    """Patterns of the characters that mean something, against a tree of names of them."""
    random = Random(seed)
    git(tmp_path, "init", "--quiet")
    names = ["a", "b", "ab", "aa", "a-b", "a]b", "b*", "B", "1", "a b"]
    files = {"/".join(random.choices(names, k=random.randint(1, 4))) + ".x": "" for _ in range(60)}
    write_all(tmp_path, files)
    pieces = [
        "a",
        "b",
        "ab",
        "*",
        "**",
        "?",
        "/",
        "/",
        "[ab]",
        "[!a]",
        "[^b-z]",
        "[]a]",
        "[a-",
        "[[:alpha:]]",
        "\\*",
        "\\",
        "!",
        ".x",
        "*.x",
        "1",
        " ",
    ]
    for number in range(30):
        rules = ["".join(random.choices(pieces, k=random.randint(1, 5))) for _ in range(random.randint(1, 5))]
        rules = [rule for rule in rules if not re.search(r"\\/|\[[^]]*/", rule)]  # a slash is never escaped or in brackets here
        (tmp_path / ".gitignore").write_text("\n".join(rules) + "\n")
        expected = git(tmp_path, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
        assert paths(tmp_path) == sorted(filter(None, expected), key=str.encode), (number, rules)


def test_a_folder_that_git_ignores_can_be_registered_all_the_same(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    write_all(tmp_path, {".gitignore": "build/\n*.log\n", "build/sub/a.py": "", "build/sub/b.log": ""})
    assert paths(tmp_path / "build" / "sub") == ["a.py", "b.log"]


def test_rules_of_git_count_without_a_repository_too(tmp_path: Path) -> None:
    write_all(tmp_path, {".gitignore": "*.log\n", "a.py": "", "b.log": ""})
    assert paths(tmp_path) == [".gitignore", "a.py"]


@pytest.mark.parametrize("name", [".dockerignore", ".flyteignore"])
@pytest.mark.parametrize(
    ("rules", "left"),
    [
        pytest.param("*.py\n", ["doc/c.py", "doc/keep/d.py", "e.txt"], id="a pattern begins at the root"),
        pytest.param("**/*.py\n", ["e.txt"], id="two asterisks are any folder"),
        pytest.param("doc\n", ["a.py", "e.txt"], id="a folder with all that is in it"),
        pytest.param("/doc/\n", ["a.py", "e.txt"], id="slashes at both ends"),
        pytest.param("./doc/../doc\n", ["a.py", "e.txt"], id="a path that isn't clean"),
        pytest.param("doc\n!doc/keep\n", ["a.py", "doc/keep/d.py", "e.txt"], id="an exception in a folder that is left out"),
        pytest.param("*\n!a.py\n", ["a.py"], id="all but one"),
        pytest.param("!a.py\n*\n", [], id="the last pattern counts"),
        pytest.param("# doc\n\n", ["a.py", "doc/c.py", "doc/keep/d.py", "e.txt"], id="comments"),
    ],
)
def test_dockers_rules(tmp_path: Path, name: str, rules: str, left: list[str]) -> None:
    write_all(tmp_path, {"a.py": "", "doc/c.py": "", "doc/keep/d.py": "", "e.txt": "", name: rules})
    assert [path for path in paths(tmp_path) if path != name] == left


def test_dockers_rules_count_in_the_root_alone(tmp_path: Path) -> None:
    write_all(tmp_path, {"a/.dockerignore": "*", "a/b.py": ""})
    assert paths(tmp_path) == ["a/.dockerignore", "a/b.py"]


@pytest.mark.parametrize(
    "name",
    [
        ".git/config",
        "__pycache__/a.cpython-311.pyc",
        "sub/__pycache__/a.cpython-311.pyc",
        "a.pyc",
        ".venv/x.py",
        "node_modules/x.js",
        ".mypy_cache/x",
        ".pytest_cache/x",
        ".ruff_cache/x",
        "my.egg-info/PKG-INFO",
        ".DS_Store",
        ".ipynb_checkpoints/a.ipynb",
        ".glider/metadata/x",
        "a.py~",
        ".a.py.swp",
        ".#a.py",
    ],
)
def test_is_always_left_out(tmp_path: Path, name: str) -> None:
    write_all(tmp_path, {"a.py": "", name: ""})
    assert paths(tmp_path) == ["a.py"]


def test_a_virtual_environment_is_left_out_whatever_it_is_called(tmp_path: Path) -> None:
    write_all(tmp_path, {"a.py": "", "env/pyvenv.cfg": "", "env/lib/x.py": "", "venv/a.py": ""})
    assert paths(tmp_path) == ["a.py", "venv/a.py"]

"""FlyteDirectory: lazy on the way in, uploaded file by file on the way out."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any

import flytekit
import pytest
from flytekit import FlyteDirectory as TheirDirectory

from glider import BatchSize, FlyteDirectory, FlyteFile
from glider.types.errors import ConversionError
from glider.wire.jsonform import Literal
from tests.unit.glider.types.oracle import our_type, ours, read_by_ours, read_by_theirs, their_type, theirs

Csv = FlyteDirectory.__class_getitem__("csv")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "sub" / "deep").mkdir(parents=True)
    for name in ("a", "b", "sub/c", "sub/deep/d", ".hidden"):
        (root / name).write_text(name)
    return root


def contents(root: str | Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in Path(root).rglob("*") if path.is_file()}


def remote(root: Path) -> Literal:
    return Literal(scalar={"blob": {"uri": f"file://{root}", "metadata": {"type": {"dimensionality": 1}}}})


@pytest.mark.parametrize(
    ("mine", "other"),
    [(FlyteDirectory, TheirDirectory), (Csv, TheirDirectory["csv"]), (Annotated[FlyteDirectory, BatchSize(2)], TheirDirectory)],
    ids=["plain", "with a format", "in batches"],
)
def test_the_literal_type_is_flytekits(mine: Any, other: Any) -> None:
    assert our_type(mine) == their_type(other)


@pytest.mark.parametrize("as_value", [str, Path, FlyteDirectory], ids=["a str", "a Path", "a FlyteDirectory"])
@pytest.mark.parametrize("hint", [FlyteDirectory, Csv, Annotated[FlyteDirectory, BatchSize(2)]], ids=["plain", "csv", "in batches"])
def test_a_returned_folder_is_uploaded_below_the_raw_prefix(tree: Path, raw: Path, as_value: type, hint: Any) -> None:
    literal = ours(as_value(str(tree)), hint)
    assert re.fullmatch(rf"{raw}/[0-9a-f]{{32}}", literal.scalar.blob.uri)
    assert contents(literal.scalar.blob.uri) == contents(tree)
    assert contents(read_by_theirs(literal, TheirDirectory)) == contents(tree)


def test_what_flytekit_uploaded_is_read(tree: Path) -> None:
    literal = theirs(TheirDirectory(str(tree)), TheirDirectory)
    assert contents(read_by_ours(literal, FlyteDirectory)) == contents(tree)


def test_an_input_is_downloaded_when_it_is_asked_for_and_not_before(tree: Path) -> None:
    folder = read_by_ours(remote(tree), FlyteDirectory)
    assert folder.remote_source == f"file://{tree}"
    assert not Path(folder.path).exists()
    assert contents(folder.download()) == contents(tree)
    assert folder.downloaded
    assert (folder / "sub" / "c").read_text() == "sub/c"
    assert ours(folder, FlyteDirectory) == remote(tree)


def test_listing_downloads_nothing(tree: Path) -> None:
    folder = read_by_ours(remote(tree), FlyteDirectory)
    found = {str(entry).rpartition("/")[2]: entry for entry in FlyteDirectory.listdir(folder)}
    assert sorted(found) == [".hidden", "a", "b", "sub"]
    assert isinstance(found["a"], FlyteFile)
    assert isinstance(found["sub"], FlyteDirectory)
    with found["a"].open() as file:
        assert file.read() == "a"
    assert [str(entry).rpartition("/")[2] for entry in FlyteDirectory.listdir(found["sub"])] == ["c", "deep"]
    assert not folder.downloaded


def test_crawling_goes_deep(tree: Path) -> None:
    folder = read_by_ours(remote(tree), FlyteDirectory)
    expected = sorted(TheirDirectory(str(tree)).crawl())
    assert sorted((root.removeprefix("file://"), path) for root, path in folder.crawl()) == expected
    assert sorted(path for _, path in folder.crawl(maxdepth=1)) == [".hidden", "a", "b"]
    assert next(iter(folder.crawl(detail=True))) == (f"file://{tree}", {".hidden": {"name": f"file://{tree}/.hidden", "type": "file"}})


def test_a_local_folder_lists_and_crawls_too(tree: Path) -> None:
    folder = FlyteDirectory(str(tree))
    assert sorted(str(entry) for entry in FlyteDirectory.listdir(folder)) == sorted(str(path) for path in tree.iterdir())
    assert sorted(path for _, path in folder.crawl()) == [".hidden", "a", "b", "sub/c", "sub/deep/d"]


def test_a_new_folder_is_filled_and_uploaded() -> None:
    folder = FlyteDirectory.new("results")
    with folder.new_file("x.txt").open("w") as file:
        file.write("x")
    os.makedirs(folder.new_dir("sub").path)  # noqa: PTH103
    (folder / "sub" / "y").write_text("y")
    assert contents(ours(folder, FlyteDirectory).scalar.blob.uri) == {"x.txt": "x", "sub/y": "y"}
    with pytest.raises(ValueError, match="relative path"):
        FlyteDirectory.new("/abs")


def test_a_new_remote_folder_is_filled_in_place(raw: Path) -> None:
    folder = FlyteDirectory.new_remote("results")
    with folder.new_file("x.txt").open("w") as file:
        file.write("x")
    literal = ours(folder, FlyteDirectory)
    assert re.fullmatch(rf"{raw}/[0-9a-f]{{32}}/results", literal.scalar.blob.uri)
    assert contents(literal.scalar.blob.uri) == {"x.txt": "x"}


def test_remote_directory_says_where_to_upload(tree: Path, tmp_path: Path) -> None:
    target = str(tmp_path / "elsewhere")
    assert ours(FlyteDirectory(str(tree), remote_directory=target), FlyteDirectory).scalar.blob.uri == target
    assert contents(target) == contents(tree)


@pytest.mark.parametrize("uri", ["s3://bucket/x", "gs://b/y"])
def test_a_remote_uri_is_passed_on_uncopied(uri: str, raw: Path) -> None:
    assert ours(FlyteDirectory(uri), FlyteDirectory) == theirs(TheirDirectory(uri), TheirDirectory)
    assert ours(uri, FlyteDirectory).scalar.blob.uri == uri
    assert not raw.exists()


def test_a_path_that_is_no_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=r'v: expected a directory that exists, found the path "/no/where"'):
        ours("/no/where", FlyteDirectory)
    with pytest.raises(ConversionError, match="v: expected the blob of a directory, found blob"):
        read_by_ours(Literal(scalar={"blob": {"uri": "s3://b/f"}}), FlyteDirectory)


def test_flytekits_names_are_all_there() -> None:
    for mine, other in ((FlyteDirectory, flytekit.FlyteDirectory), (FlyteFile, flytekit.FlyteFile)):
        inherited = set(dir(other.__mro__[1])) | {"from_dict", "from_json", "to_dict", "to_json", "schema"}
        public = {name for name in vars(other) if not name.startswith("_")} - inherited
        ours_only = {"serialize_flyte_file", "deserialize_flyte_file", "serialize_flyte_dir", "deserialize_flyte_dir"}
        assert public - ours_only - {"path", "metadata", "remote_path", "remote_source", "remote_directory"} <= set(dir(mine))

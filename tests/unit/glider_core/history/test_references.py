"""What executions that aren't finished refer to, wherever it is in their inputs."""

from __future__ import annotations

import pytest
from flyteidl.core import literals_pb2 as pb
from google.protobuf import struct_pb2

from glider.wire.structs import pack
from glider_core.api.places import parse_place
from glider_core.history.references import References, Use, offloaded_in, references_of, texts_in, texts_of

UID = "0a1b2c3d-0000-4000-8000-000000000000"
FOLDER = "s3://b/meta/ns/made-0a1b2c3d"
RAW = "s3://b/raw/ab/ns-made-0a1b2c3d-0/x"
PLACES = (parse_place(FOLDER), parse_place("s3://b/raw/ab/ns-made-0a1b2c3d-0"))


def of(*texts: str, uid: str = "live") -> References:
    return references_of([Use(namespace="ns", name="user", uid=uid, texts=texts)])


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({"inputs": {"x": RAW}}, id="a string"),
        pytest.param({"inputs": {"x": {"path": [{"deep": RAW}]}}}, id="nested"),
        pytest.param({"inputs": {RAW: 1}}, id="a key"),
        pytest.param({"inputs": {"x": '{"json": "' + RAW + '"}'}}, id="JSON in a string"),
        pytest.param({"inputs": {"x": RAW.replace("s3:", "s3a:")}}, id="another scheme"),
        pytest.param({"inputs": {"x": "https://b.s3.amazonaws.com/raw/ab/ns-made-0a1b2c3d-0/x"}}, id="a web address"),
        pytest.param({"inputs": {"x": "/mnt/raw/ab/ns-made-0a1b2c3d-0/x"}}, id="where a pod mounts the bucket"),
        pytest.param({"inputsUri": f"{FOLDER}/0/outputs.pb"}, id="the outputs of another as its inputs"),
        pytest.param({"env": [{"name": "MODEL", "value": RAW}]}, id="a variable"),
        pytest.param({"task": {"container": {"args": ["--model", RAW]}}}, id="an argument"),
        pytest.param({"task": {"interface": {"inputs": {"x": {"type": "blob", "default": RAW}}}}}, id="an input's default"),
        pytest.param({"task": {"interface": {"inputs": {"x": {"type": "blob", "default": "s3://b/raw"}}}}}, id="a default above"),
        pytest.param({"inputs": {"x": "s3://b/raw"}}, id="the prefix"),
        pytest.param({"inputs": {"x": "s3://b/raw/ab/"}}, id="the folder above"),
        pytest.param({"inputs": {"x": "s3a://b"}}, id="the bucket"),
        pytest.param({"inputs": {"x": "s3://b/raw/x/.."}}, id="the folder above by a detour"),
        pytest.param({"inputs": {"x": "from s3://b/raw/ab, please"}}, id="in a sentence"),
    ],
)
def test_an_input_refers_to_it(spec):
    assert of(*texts_of(spec)).to(UID, PLACES) == ("ns/user",)


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({}, id="no inputs"),
        pytest.param(None, id="no spec"),
        pytest.param({"inputs": {"x": "s3://b/meta/ns/made-0a1b2c3e/0"}}, id="another execution's"),
        pytest.param({"inputs": {"x": "s3://b/meta/ns/mad"}}, id="a prefix that is no folder above"),
        pytest.param({"inputs": {"x": "s3://other/raw"}}, id="another bucket"),
        pytest.param({"inputs": {"x": "s3://b/raw/ac/"}}, id="another shard"),
        pytest.param({"inputs": {}, "storage": {"metadataPrefix": "s3://b/meta"}}, id="where it puts its own"),
        pytest.param({"env": [{"name": "BUCKET", "value": "s3://b"}]}, id="a bucket in a variable"),
        pytest.param({"task": {"storage": {"metadataPrefix": "s3://b/meta"}}}, id="where its task puts its own"),
    ],
)
def test_others_do_not(spec):
    assert of(*texts_of(spec)).to(UID, PLACES) == ()


def test_its_template_counts_too():
    template = {"interface": {"inputs": {"x": {"type": "blob", "default": RAW}}}, "storage": {"metadataPrefix": "s3://b/meta"}}
    assert of(*texts_of({"taskRef": {"name": "t"}}, template=template)).to(UID) == ("ns/user",)
    assert of(*texts_of({"taskRef": {"name": "t"}}, template={"storage": {"metadataPrefix": "s3://b/meta"}})).to(UID, PLACES) == ()


def test_files_are_places_too():
    places = (parse_place("file:///data/meta/ns/made-0a1b2c3d", files=True),)
    assert of("/data/meta").to(UID, places) == of("file:///data").to(UID, places) == ("ns/user",)
    assert of("/data/met").to(UID, places) == of("meta").to(UID, places) == ()


def test_nobody_refers_to_oneself():
    assert of(f"{FOLDER}/inputs.pb", uid=UID).to(UID) == ()


def literal(**fields) -> pb.Literal:
    return pb.Literal(**fields)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(literal(scalar=pb.Scalar(blob=pb.Blob(uri=RAW)), metadata={"a": "b"}), id="a blob"),
        pytest.param(literal(scalar=pb.Scalar(structured_dataset=pb.StructuredDataset(uri=RAW))), id="a table"),
        pytest.param(literal(scalar=pb.Scalar(schema=pb.Schema(uri=RAW))), id="a schema"),
        pytest.param(literal(scalar=pb.Scalar(primitive=pb.Primitive(string_value=RAW))), id="a string"),
        pytest.param(literal(scalar=pb.Scalar(binary=pb.Binary(tag="msgpack", value=pack({"path": [RAW]})))), id="a struct"),
        pytest.param(literal(scalar=pb.Scalar(binary=pb.Binary(tag="msgpack", value=b"\xc1" + RAW.encode()))), id="a broken one"),
        pytest.param(literal(scalar=pb.Scalar(binary=pb.Binary(tag="pickle", value=b"\x80" + RAW.encode()))), id="other bytes"),
        pytest.param(
            literal(scalar=pb.Scalar(generic=struct_pb2.Struct(fields={"x": struct_pb2.Value(string_value=RAW)}))), id="an old struct"
        ),
        pytest.param(literal(scalar=pb.Scalar(union=pb.Union(value=literal(scalar=pb.Scalar(blob=pb.Blob(uri=RAW)))))), id="a union"),
    ],
)
def test_each_kind_of_literal_is_read(value):
    nested = literal(map=pb.LiteralMap(literals={"k": literal(collection=pb.LiteralCollection(literals=[value]))}))
    assert of(*texts_in(pb.LiteralMap(literals={"x": nested}))).to(UID) == ("ns/user",)


def test_places_in_literals_are_exact():
    blob = literal(scalar=pb.Scalar(blob=pb.Blob(uri="s3://b/raw")), metadata={"a": "b"})
    assert of(*texts_in(pb.LiteralMap(literals={"x": blob}))).to("f" * 8, PLACES) == ("ns/user",)


def test_literals_in_objects_of_their_own_are_named():
    away = literal(offloaded_metadata=pb.LiteralOffloadedMetadata(uri="s3://b/x", size_bytes=1))
    nested = literal(map=pb.LiteralMap(literals={"k": literal(collection=pb.LiteralCollection(literals=[away]))}))
    assert list(offloaded_in(pb.LiteralMap(literals={"x": nested, "y": away}))) == ["s3://b/x", "s3://b/x"]

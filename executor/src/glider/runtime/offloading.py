"""Large literals in files of their own, so that outputs.pb stays small: both ways, for native and for flytekit tasks.

The form is flytekit's (bin/entrypoint.py, utils/pbhash.py): `<output prefix>/<name>_offloaded_metadata.pb` holds the literal,
and in its place stands one with its hash, URI, size and type.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flyteidl.core import literals_pb2, types_pb2

from glider.loading.target import FlytekitTask, Target
from glider.outcome.failures import OutputTooLargeError, UnreadableInputsError
from glider.outcome.results import Result
from glider.settings.model import Offloading
from glider.storage.store import Storage
from glider.storage.uris import join
from glider.wire.jsonform import Literal, LiteralMap

#: Offloaded literals may refer to offloaded literals; this many times at most.
_MOST_LEVELS = 8


def offload_outputs(result: Result, *, limits: Offloading, type_of: Callable[[str], types_pb2.LiteralType], output_prefix: str) -> Result:
    """`result` with every output of at least `limits.least_bytes` in a file beside.

    Raises:
        OutputTooLargeError: an output is too large even for that.
    """
    if result.outputs is None:
        return result
    kept, beside = LiteralMap(), dict(result.beside)
    for name, literal in sorted(result.outputs.literals.items()):
        size = literal.ByteSize()
        if size >= limits.most_bytes:
            raise OutputTooLargeError(
                f'the output "{name}": expected less than {limits.most_bytes} bytes (_F_L_MAX_SIZE_MB), found {size} bytes; '
                "return a file, a directory or a data frame instead"
            )
        if size < limits.least_bytes:
            kept.literals[name].CopyFrom(literal)
            continue
        file = f"{name}_offloaded_metadata.pb"
        beside[file] = literal.SerializeToString(deterministic=True)
        metadata = literals_pb2.LiteralOffloadedMetadata(uri=join(output_prefix, file), size_bytes=size, inferred_type=type_of(name))
        kept.literals[name].CopyFrom(Literal(offloaded_metadata=metadata, hash=literal.hash or hash_of(literal)))
    return replace(result, outputs=kept, beside=beside)


def fetch_inputs(inputs: LiteralMap, *, storage: Storage) -> LiteralMap:
    """`inputs` with every offloaded literal in its place again.

    Raises:
        StorageError: one can't be read.
        UnreadableInputsError: one is no literal.
    """
    for name, literal in inputs.literals.items():
        _fetch(literal, name=name, storage=storage, levels=_MOST_LEVELS)
    return inputs


def _fetch(literal: Literal, *, name: str, storage: Storage, levels: int) -> None:
    match literal.WhichOneof("value"):
        case "offloaded_metadata":
            uri = literal.offloaded_metadata.uri
            if not levels:
                raise UnreadableInputsError(f'the input "{name}" is offloaded more than {_MOST_LEVELS} times over; the last is {uri}')
            fetched = _read(uri, name=name, storage=storage)
            fetched.hash = fetched.hash or literal.hash
            literal.CopyFrom(fetched)
            _fetch(literal, name=name, storage=storage, levels=levels - 1)
        case "collection":
            for item in literal.collection.literals:
                _fetch(item, name=name, storage=storage, levels=levels)
        case "map":
            for item in literal.map.literals.values():
                _fetch(item, name=name, storage=storage, levels=levels)
        case _:
            pass


def _read(uri: str, *, name: str, storage: Storage) -> Literal:
    data = storage.read(uri)
    try:
        return Literal.FromString(data)
    except Exception as error:  # protobuf's DecodeError has moved between modules from 4 to 7
        raise UnreadableInputsError(f'the input "{name}": {uri}: expected a Literal of flyteidl, found {len(data)} other bytes') from error


def hash_of(literal: Literal) -> str:
    """What stands for the literal in caches: base64 of the SHA-256 of its compact, sorted JSON."""
    import base64
    import hashlib  # OpenSSL is 2 ms of start-up, and few outputs are large
    import json

    from google.protobuf import json_format

    text = json.dumps(json_format.MessageToDict(literal), sort_keys=True, separators=(",", ":"))
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def output_type(target: Target, name: str) -> types_pb2.LiteralType:
    """The type of the output `name`. A flytekit map task's interface has the list; one run of it makes one element."""
    if not isinstance(target, FlytekitTask):
        from glider.types.interface import signature_of
        from glider.types.registry import bare, transformer_of

        hint = signature_of(target.function).outputs[name]
        return transformer_of(hint).literal_type(bare(hint))
    declared: types_pb2.LiteralType = target.task.interface.outputs[name].type.to_flyte_idl()
    is_map = any(kind.__name__ == "ArrayNodeMapTask" for kind in type(target.task).__mro__)
    return declared.collection_type if is_map and declared.HasField("collection_type") else declared

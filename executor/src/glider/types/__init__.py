"""Python value <-> Literal, driven by type hints. The wire forms are flytekit's, to the byte where bytes are compared.

registry    which transformer a type hint gets; hashes, annotations and offloaded literals, which concern every type
interface   a function's inputs and outputs, and the maps of literals that go in and out
transformer what every type provides
hints       taking type hints apart
annotating  what people write inside Annotated[…]
errors      a value that doesn't fit its type, a function whose types can't be used

Loaded with the registry:
native      the table of int, str, bool, datetime, UUID and their like: add such a type there
            simple: how they are literals; scalars: how they are written inside structs
containers  list[T], dict[str, T], T | None and other unions

Loaded when a task has such a type:
enums       Enum, typing.Literal
iterators   Iterator[T], Iterator[JSON]
structs     dict, dict[K, V]
records     dataclasses
models      pydantic
messages    protobuf
flytefile   FlyteFile, os.PathLike: the class and its transformer, as in the next four
flytedirectory     FlyteDirectory
structureddataset  StructuredDataset, data frames
flyteschema FlyteSchema
flyteerror  FlyteError
blobs       typing.TextIO, typing.BinaryIO, and what all single files in the store share
saved       numpy, torch, scikit-learn, Keras, PIL: a file each
torchcheckpoint, tfrecords  PyTorchCheckpoint, TFRecordFile and its folder
pickles     everything else

What these share:
packed      structs on the wire: msgpack, or a protobuf Struct
plain       typed values <-> plain ones, inside structs: which form a hint has, and whether what is written can be read back
forms       the forms of hints: how values are written, read and described in JSON schema
            formcontainers: lists, dicts, tuples; formrecords: dataclasses
jsonschema  definitions of what contains itself, and plain data in JSON's terms
member      offloaded data inside structs; pydantic's hooks
frames      data frames as files, and their columns; partitions: folders of files
offloaded   what FlyteFile and FlyteDirectory share, formats among it
"""

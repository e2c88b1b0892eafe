"""Python value <-> Literal, driven by type hints. The wire forms are flytekit's, to the byte where bytes are compared.

registry    which transformer a type hint gets; hashes, annotations and offloaded literals, which concern every type
interface   a function's inputs and outputs, and the maps of literals that go in and out
transformer what every type provides
hints       taking type hints apart
annotating  what people write inside Annotated[…]
errors      a value that doesn't fit its type, a function whose types can't be used

Loaded with the registry:
simple      int, float, str, bool, datetime, date, timedelta, None
containers  list[T], dict[str, T]
unions      T | None and other unions

Loaded when a task has such a type:
enums       Enum, typing.Literal
iterators   Iterator[T], Iterator[JSON]
structs     dict, dict[K, V]
records     dataclasses
models      pydantic
messages    protobuf
flytefile   FlyteFile, os.PathLike: the class and its transformer, as in the next three
flytedirectory     FlyteDirectory
structureddataset  StructuredDataset, data frames
flyteschema FlyteSchema
streams     typing.TextIO, typing.BinaryIO
saved       numpy, torch, scikit-learn, Keras, PIL: a file each
failures    FlyteError
pickles     everything else

What these share:
packed      structs on the wire: msgpack, or a protobuf Struct
plain       typed values <-> plain ones, inside structs: which form a hint has, and whether what is written can be read back
forms       the forms of hints: how values are written, read and described in JSON schema
            formcontainers: lists, dicts, tuples; formrecords: dataclasses; scalars: the table of the simple ones
jsonschema  the JSON schema of a dataclass; definitions: what contains itself
sameness    whether what was read back is what was written
plainjson   plain data in JSON's terms
member      offloaded data inside structs; pydantic's hooks
blobs       single files in the store
frames      data frames as files; columns: their columns
formats     FlyteFile["csv"]
remote_writer  writing a new remote file
"""

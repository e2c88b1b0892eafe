"""Python value <-> Literal, driven by type hints. The wire forms are flytekit's, to the byte where bytes are compared.

errors      a value that doesn't fit its type, a function whose types can't be used
transformer what every type provides
simple      int, float, str, bool, datetime, timedelta, None
containers  list[T], dict[str, T]
structs     dict: msgpack
unions      T | None and other unions
files       FlyteFile <-> Blob
flytefile   the class FlyteFile itself
registry    which transformer a type hint gets
interface   a function's inputs and outputs, and the maps of literals that go in and out
"""

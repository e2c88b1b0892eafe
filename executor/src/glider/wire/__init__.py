"""What travels: flyteidl messages, their plain JSON form, error documents, the termination summary.

The lowest layer, shared by the executor and the operator. It does no I/O and reads no environment.

    contract   names fixed between the operator and the executor: files, environment variables, exit codes
    interface  a task's typed inputs and outputs; the short form of types (`integer`, `list[float]`, …), and the tags of unions
    shortform  a type in the form in which people write it
    arguments  an input's value as text in a command line
    jsonform   plain JSON <-> Literal, typed by the interface
    structs    msgpack and protobuf Structs <-> plain data
    durations  `1h30m` <-> timedelta
    errors     failures, their messages, and the ErrorDocument (error.pb)
    masking    what is secret in a URI isn't shown
    logparts   the log of an attempt, as objects in the store
    zstd       Zstandard frames
    summary    the JSON document that a pod leaves in its termination message
"""

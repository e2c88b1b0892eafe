"""The few small objects that the operator itself reads or writes in the object store.

Only `executor: {mode: Image}` and `{{.inputs.x}}` over an `inputsUri` need it: with the injected executor everything travels
in the pod and in its termination message.

access   reads and writes objects in threads, a few at once, each for a limited time; classifies errors
files    files of a volume that the operator shares with pods, without following links
grants   what it may read and write there on behalf of a namespace
identity the operator's credentials for a store
inputs   inputs from a file, for command lines
results  what an attempt left: error.pb, outputs.pb, futures.pb
tasks    the task as flyteidl's TaskTemplate, for task.pb
"""

"""The history in the object store: reads and writes what `history` describes, through the executor's storage.

Everything here blocks, so that the command line calls it as it is; the operator and the console call it in threads.

logs      tasks' logs, as lines
index     the index: rows are added, read and merged
records   one execution each
checking  compares the index with the records, and repairs it
deleting  executions with all their data, record and row
granting  where the operator may do so
pacing    how quickly that is
live_inputs  what files of inputs refer to
"""

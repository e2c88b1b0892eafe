"""The history of executions as files: what is in them, and what they are called. Pure; `archive` reads and writes them.

The layout is a contract that other tools may rely on (docs/history.md).

layout    where records and the index are
records   one execution as it ended: what `kubectl get te -o yaml` showed, its template, pods and Events
loglines  the lines of a log, from the pieces in its parts
rescued   what a node has of a log, and the archive hasn't
rows      what the index has of each: flat, so that it opens as a table
segments  rows as files: how they are merged, and which row counts
queries   which rows are asked for, and which folders have them
containers  the task's container: its image, and what it asks for
folders   whose folder of the store a URI leads into
own       which folders are an execution's own
references  what executions that aren't finished refer to
retention which executions are deleted with their data, and what holds them
"""

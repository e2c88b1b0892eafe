"""The Python client, and what the command line shares with it.

client        Glider: registers, runs, and finds executions | asynchronous: the same for asyncio
execution     one execution: its result, its logs, and what can be done to it
starting      finds what is to run, registers it and creates the execution, for a run and for a rerun
submitting    applies the executions and templates of files
session       a cluster and a store: inputs go out there, and outputs come in
acting        does to an execution what a verb asks for; verbs: what that is, for an execution as it is
deleting      deletes executions with all their data and history
waiting       waits until something is so of one execution
logs          the log of an execution's task
reruns        what a rerun takes over from the execution that it repeats; restoring: its template, where that is gone
recoding      its task with the working tree's code
documents     the TaskExecution that a run sends; creating: creates it, once
values        Python values <-> inputs and outputs; hints: the type hints by which they are converted
pickles       outputs that would run code when they are loaded
failures      the exceptions by which an execution's bad end comes back into Python
"""

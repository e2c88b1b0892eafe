"""The Python client, and what the command line shares with it.

documents   the TaskExecution that a run sends
reruns      what a rerun takes over from the execution that it repeats
verbs       what cancel, suspend, resume and delete come to for an execution as it is
values      Python values <-> inputs and outputs; hints: the type hints by which they are converted
failures    the exceptions by which an execution's bad end comes back into Python
"""

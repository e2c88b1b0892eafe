"""The Python client, and what the command line shares with it.

acting      does to an execution what a verb asks for; verbs: what that is, for an execution as it is
waiting     waits until something is so of one execution
reruns      what a rerun takes over from the execution that it repeats
documents   the TaskExecution that a run sends
values      Python values <-> inputs and outputs; hints: the type hints by which they are converted
failures    the exceptions by which an execution's bad end comes back into Python
"""

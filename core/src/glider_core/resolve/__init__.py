"""What exactly is to run: the template, the execution's overrides and the operator's configuration in one.

resolution  the answer: Resolved, Awaited or Refused
layers      what each source sets in the pod
images      the image of a task that names none
traits      the settings that aren't fields of the pod
variables   {{.input}} and the like: which there are, and which are asked for
storage     where an execution's files are
eager       what a task needs that starts others
limited     what the configuration's limits cut
resolving   puts these together
"""

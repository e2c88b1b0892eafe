"""What exactly is to run: the template, the execution's overrides and the operator's configuration in one.

resolution  the answer: Resolved, Awaited or Refused
inputs      plain JSON -> LiteralMap
layers      what everybody says about the pod
traits      what is said that isn't a field of the pod
variables   {{.input}} and the like: which there are, and which are asked for
storage     where an execution's files are
resolving   puts these together
"""

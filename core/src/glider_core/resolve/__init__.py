"""What exactly is to run: the template, the execution's overrides and the operator's configuration in one.

resolution  the answer: Resolved, Awaited or Refused
layers      what everybody says about the pod
traits      what is said that isn't a field of the pod
variables   {{.input}} and the like: which there are, and which are asked for
storage     where an execution's files are
limited     what the configuration's limits cut
resolving   puts these together
"""

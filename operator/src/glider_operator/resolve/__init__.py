"""What exactly is to run: the template, the execution's overrides and the operator's configuration in one.

resolution  the answer: Resolved, Awaited or Refused
inputs      plain JSON -> LiteralMap
storage     where an execution's files are
resolving   puts these together
"""

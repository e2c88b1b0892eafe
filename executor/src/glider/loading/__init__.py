"""Find what is to run: a flytekit task, or a plain typed function.

errors        what wasn't found, with where it was looked for
target        what to look for, and what was found
resolve       from the resolver and its arguments to the target
mapping       map tasks: which element, of which function
distribution  code that comes first by fast registration
code          code that a TaskTemplate names
packages      packages that are installed before the task is loaded
searching     where modules are looked for, here and in processes that the task starts
archives      unpacks an archive whole or not at all, and nowhere else than where it should
"""

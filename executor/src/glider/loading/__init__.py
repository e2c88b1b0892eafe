"""Find what is to run: a flytekit task, or a plain typed function.

errors        what wasn't found, with where it was looked for
target        what to look for, and what was found
resolve       from the resolver and its arguments to the target
mapping       map tasks: which element, of which function
distribution  code that comes first: fast registration, and pip install of _F_RUNTIME_PACKAGES
archives      unpacks an archive whole or not at all, and nowhere else than where it should
"""

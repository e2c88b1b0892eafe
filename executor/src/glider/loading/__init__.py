"""Find what is to run: a flytekit task, or a plain typed function.

errors    what wasn't found, with where it was looked for
target    what to look for, and what was found
resolve   from the resolver and its arguments to the target
hooks     a callback after somebody imports a package: flytekit's context must stand before a user's module goes on
packages  pip install of _F_RUNTIME_PACKAGES
"""

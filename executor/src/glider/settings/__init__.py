"""Everything that the environment and Flyte's config files say, read once, in one place, into frozen dataclasses.

model    what there is to know
reading  where each value comes from, and the order of precedence
files    Flyte's config files
"""

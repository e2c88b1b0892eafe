"""Everything that the environment and Flyte's config files set, read once, in one place, into frozen dataclasses.

model    what there is to know
reading  where each value comes from, and the order of precedence
entries  every entry of flytekit's configuration, by its place
sources  the environment, and Flyte's config files
showing  all of it for people, with where it comes from
"""

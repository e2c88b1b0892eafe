"""All that knows flytekit.

task       runs a flytekit task in flytekit's context
interface  what goes in and out, against the task's interface
storage    what flytekit moves, through our storage
uris       no import of flytekit's client for literals that don't need it
hooks      a callback after somebody imports a package: flytekit's context must stand before a user's module goes on
deferring  what flytekit imports and may never need comes when it is first used
"""

"""A project as users have them: tasks of flytekit's in several modules of a package. Tests register and run it."""

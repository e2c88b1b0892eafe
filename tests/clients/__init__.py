"""Flyte's own clients as users have them, unmodified, each with a home and a configuration file of its own.

programs  pyflyte of two releases, and flytectl: built or installed once, and kept in the user's cache
projects  the projects that they register, and steps with FlyteRemote
remote    what scripts do with FlyteRemote, by any release
users     a user's client: where it connects, with which token, for which project
"""

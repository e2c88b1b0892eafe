"""All that knows flytekit.

task       runs a flytekit task in flytekit's context
interface  what goes in and out, against the task's interface
eager      what a task needs that starts others
storage    what flytekit moves, through our storage
imports    what happens at flytekit's import: its context is set up, and what it may never need is deferred
"""

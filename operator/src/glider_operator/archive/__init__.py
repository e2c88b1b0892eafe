"""Writes the history of executions that have ended, and deletes what retention rules allow, without holding up anything else."""

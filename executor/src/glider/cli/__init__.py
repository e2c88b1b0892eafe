"""The command lines.

programs  entry points, the fork of the process that runs the task, and what the parent does at the end
names     which of our programs a command line means, by flytekit's names and by ours
commands  the programs' click commands: glider-execute, glider-map-execute, glider-fast-execute
filling   inputs that stand in a task's command line
running   from a parsed command line to the end of the process
"""

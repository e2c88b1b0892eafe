"""The command lines.

programs      entry points, and the fork of the process that runs the task
names         which of our programs a command line means, by flytekit's names and by ours
commands      the programs' click commands, imported when asked for
execute       glider-execute, which is pyflyte-execute's equal: one task
map_execute   glider-map-execute, pyflyte-map-execute's: one element of a map task
fast_execute  glider-fast-execute, pyflyte-fast-execute's: one of the others, with code that is fetched first
options       what the first two share
running       from a parsed command line to the end of the process
aftermath     what the parent does then
"""

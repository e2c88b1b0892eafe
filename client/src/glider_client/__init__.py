"""What people use: the command line.

cli           the `glider` command
sdk           the Python client
following     follows executions to their end
local         runs without a cluster
inputs        a task's inputs, from a command line
code          the archive of a working tree
registration  from the user's code to TaskTemplates
conversion    tasks in Flyte's own form as TaskTemplates, and back
views         what the command line shows, as text; pure
cluster       the way to the API server
"""

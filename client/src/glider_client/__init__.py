"""What people use: the command line.

cli    the `glider` command
local  runs without a cluster
"""

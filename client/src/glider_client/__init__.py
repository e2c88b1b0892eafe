"""What people use: the command line.

cli    the `glider` command
sdk    the Python client
local  runs without a cluster
"""

"""The `glider` command, for people."""

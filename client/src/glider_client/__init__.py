"""The `glider` command line and local runs."""

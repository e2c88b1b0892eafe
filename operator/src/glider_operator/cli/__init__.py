"""The two commands: `glider-operator` (the operator) and `glider` (for people)."""

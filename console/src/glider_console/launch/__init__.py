"""Forms from a task's interface, and executions from a form. Pure."""

"""What became of a task's executions: durations, failures, memory. Pure."""

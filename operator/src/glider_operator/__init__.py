"""The operator: watches TaskExecutions, and runs each as pods."""

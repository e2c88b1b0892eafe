"""The tasks that are measured: each as a flytekit task and as a plain function, in modules of their own as users have them."""

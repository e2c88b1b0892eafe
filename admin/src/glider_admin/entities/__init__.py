"""What is kept as it was registered, and not run: workflows, launch plans, and tasks that Glider has no pods for."""

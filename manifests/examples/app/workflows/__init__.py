"""Tasks, as a user would write them."""

"""Lines of logs, cut and batched for a browser. Pure."""

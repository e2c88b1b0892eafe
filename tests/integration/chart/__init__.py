"""The chart as `helm template` renders it; no cluster is needed."""

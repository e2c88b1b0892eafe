"""What operator, command line and later parts share: the API, its pure rules, and clients of Kubernetes and of the store."""

"""What is known of the cluster, in memory: kept by the watches, read by each reconcile. Nothing here calls the API server.

executions   executions, by key and by UID
templates    templates, and which executions wait for one
pods         pods, by the execution that owns them
resolutions  what each execution resolves to, kept while nothing changes that it comes from
"""

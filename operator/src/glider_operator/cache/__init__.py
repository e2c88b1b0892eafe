"""The caches: objects in memory, kept up to date by the watches, read by each reconcile. Nothing here calls the API server.

executions   executions, by key and by UID
parents      which live executions belong to which
templates    templates, and which executions wait for one
uses         when executions used templates
pods         pods, by the execution that owns them
resolutions  what each execution resolves to, kept while its sources don't change
admission    who has a place where only some executions may have a pod, and who waits for one
refusals     why executions can't have their pod for now
caches       all of these
"""

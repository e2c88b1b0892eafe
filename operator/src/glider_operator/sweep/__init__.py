"""Finds the changes that the watches missed: client-go's resync, with a comparison.

kinds      what is swept: the cached state of a kind of objects, and the functions that get the differences
listing    pages of metadata, or of whole objects
sweeper    periodically compares the API server's objects with the caches
unwatched  periodically lists objects that aren't watched
"""

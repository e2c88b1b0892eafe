"""Makes up for what the watches don't tell.

kinds      what is swept: what is known of a kind of objects, and whom to tell
listing    pages of metadata, or of whole objects
sweeper    compares what is there with what is known, from time to time
unwatched  lists what no watch tells of, beside that
"""

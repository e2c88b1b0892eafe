"""Makes up for what the watches don't tell.

kinds    what is swept: what is known of a kind of objects, and whom to tell
listing  pages of metadata
metrics  what had to be made up for
sweeper  compares what is there with what is known, from time to time
"""

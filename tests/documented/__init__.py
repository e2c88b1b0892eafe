"""Runs the pages of docs/ as a reader would: writes the files that they show, types their commands, and compares the output.

reading   what a page asks its reader to do, as values
matching  whether an output is the one that the page shows
running   follows a page in a folder
"""

"""Whose turn it is, where more want to work than may at once: fair between namespaces.

lines  which key is next: of reconciles (`queue`)
turns  who may begin a call: to a store (`store`)
"""

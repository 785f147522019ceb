"""The commands of `rechki`, a module a family.

What a command needs is imported in it, so that the command line starts quickly.
"""

"""Construction of the application's parts from the configuration.

A module for each part: a command that only reads texts must not import the database and the messengers.
"""

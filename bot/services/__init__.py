"""Use cases. Each takes a :class:`~bot.services.context.Work`: the transaction it belongs to and the moment it happens.

A use case changes rows and queues messages; it never talks to the network. Who may do what is checked here.
"""

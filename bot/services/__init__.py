"""Use cases, one package per capability.

Each takes a :class:`~bot.services.context.UseCaseContext`: its transaction and its moment. A use case changes rows and
queues messages; it never uses the network. Rights are checked here.
"""

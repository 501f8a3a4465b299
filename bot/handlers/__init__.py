"""Handlers: each turns an event into a call of one service and a reply, one module a capability."""

"""The one listener: whether the bot lives, whether it works, and its figures."""

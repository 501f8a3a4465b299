"""Laws are checked on whatever machine there is: how long one example takes proves nothing."""

from hypothesis import settings

settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")

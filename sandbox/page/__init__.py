"""The page on which one person plays a whole town: chats on one side, the phones of officials on the other."""

from sandbox.page.page import Page
from sandbox.page.stage import Citizen, Community, Group, Phone, Stage

__all__ = ["Citizen", "Community", "Group", "Page", "Phone", "Stage"]

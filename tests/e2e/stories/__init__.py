"""The days of the towns, played with the shipped example files."""

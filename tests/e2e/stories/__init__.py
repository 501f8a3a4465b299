"""The days of five towns, played with the shipped example files."""

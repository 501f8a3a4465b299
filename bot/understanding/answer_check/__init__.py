"""The check of a text for citizens before it is published."""

"""Masking of personal data in texts of citizens and officials."""

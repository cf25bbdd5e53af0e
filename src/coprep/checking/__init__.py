"""Checks sign-up files against a census before they are compared: questions, and what they change."""

"""Inequality and concentration."""

"""Copies that are safe to publish."""

"""Rates, scores and rankings compared between groups."""

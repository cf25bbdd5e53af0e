"""Weights, design effects and margins of error."""

"""Measure who said how much, and what equal chances would give."""

"""Reads sign-up sheets and form exports as they come: people, answers, and what was left out."""

"""Ratings, ballots and what was chosen."""

"""A group's share beside its baseline share, and a whole profile beside its baseline."""

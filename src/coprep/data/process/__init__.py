"""The tables of one process, declared once and checked once at the door."""

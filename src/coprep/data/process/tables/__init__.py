"""Reads, checks and codes every table of a process, once, before anything is counted."""

"""The door: every table of a process is read, checked and coded here, once, before anything is counted."""

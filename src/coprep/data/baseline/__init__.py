"""Describe the community that participants are compared with."""

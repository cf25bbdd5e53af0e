"""What the community looks like."""

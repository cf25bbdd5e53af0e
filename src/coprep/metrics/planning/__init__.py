"""What this many people can show, and how many more are needed."""

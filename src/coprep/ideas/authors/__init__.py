"""Who wrote what for whom, and what people outside think of it."""

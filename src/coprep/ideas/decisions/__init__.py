"""What became of ideas: like compared with like, waits for answers, whom an outcome serves."""

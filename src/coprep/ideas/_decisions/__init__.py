"""Compare what became of ideas: like with like, time to an answer, whom an outcome serves."""

"""Who supports whose ideas: cells of people and ideas, and what is left once generosity and popularity are out."""

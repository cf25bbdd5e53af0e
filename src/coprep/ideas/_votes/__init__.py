"""Read who supports whose ideas, and measure what is left beyond generosity and popularity."""

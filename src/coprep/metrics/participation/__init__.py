"""Who takes part, whom ideas serve, who endorses whom, who says what."""

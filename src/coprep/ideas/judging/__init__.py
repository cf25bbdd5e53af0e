"""How what a detector found becomes a verdict and a sentence: scales, gates, verdicts, wording, rows."""

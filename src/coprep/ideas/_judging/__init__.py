"""Turn what a detector found into a verdict, a sentence and a row."""

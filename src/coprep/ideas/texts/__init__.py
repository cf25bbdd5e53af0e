"""What ideas say: words, word lists, and how ideas are put."""

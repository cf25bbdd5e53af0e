"""How numbers, counts, labels and names are said."""

"""Read a whole process through four principles: equality, diversity, accessibility, reciprocity."""

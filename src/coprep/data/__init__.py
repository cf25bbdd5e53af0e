"""Read tables of people and ideas, published counts, and the community itself."""

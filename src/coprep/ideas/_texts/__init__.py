"""Read what ideas say: words and word lists."""

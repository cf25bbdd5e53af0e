"""Numbers only: arrays in, numbers out; numpy and scipy, no data frames, no files."""

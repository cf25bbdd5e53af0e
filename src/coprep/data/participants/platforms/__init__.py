"""One signature a platform: how its export is recognised, and what its columns are."""

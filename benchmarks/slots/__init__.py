"""How fast the slot search is, beside a straightforward one that keeps sorted lists of free intervals."""

"""How fast words become values, and how that grows with the length of what was said."""

"""The pure part of availability: what is free, why something is not, and which of several free slots to offer."""

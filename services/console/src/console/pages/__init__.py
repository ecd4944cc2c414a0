"""HTTP: one module for each page."""

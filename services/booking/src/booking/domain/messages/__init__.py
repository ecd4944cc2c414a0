"""What is written to customers, about what, when, and in which words."""

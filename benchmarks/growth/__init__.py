"""What becomes of memory and answers as businesses, people and appointments grow in number."""

"""What a business is, and what makes a description of one sound. Pure."""

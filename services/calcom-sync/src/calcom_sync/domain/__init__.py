"""What is true of copies at Cal.com, whoever stores or sends them."""

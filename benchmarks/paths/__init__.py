"""What an answer costs: the ways of the two functions of the main story, each beside the least that its shape can cost."""

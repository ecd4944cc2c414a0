"""What a call costs, measured; how many of them that makes, as a model; and the page that says both."""

"""One function of the agent each: from the caller's words to an answer."""

"""The operators' web page. Owns nothing but its users; everything else it asks the other services for."""

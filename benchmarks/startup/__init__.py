"""How soon a service is ready, and what a process of each takes."""

"""What callers hear while something that an answer needs is down: played, timed, and judged by what is so afterwards."""

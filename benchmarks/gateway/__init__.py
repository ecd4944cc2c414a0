"""What 64 callers at once have to wait, beside an echo on the same HTTP server."""

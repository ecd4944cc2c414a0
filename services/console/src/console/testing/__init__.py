"""For those who look at the console from outside: tests, proofs, benchmarks."""

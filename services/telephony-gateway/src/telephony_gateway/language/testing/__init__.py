"""What tests, benchmarks and the project's claims share: phrase files, and figures taken over them."""

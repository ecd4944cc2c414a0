"""The console before a real browser and over a business with 100,000 appointments."""

"""Who is calling, from words: telephone numbers, e-mail addresses, spelled names, and what is no customer's name."""

"""Who may do what, without any wire or database."""

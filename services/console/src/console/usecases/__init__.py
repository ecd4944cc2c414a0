"""What operators do: sign in, act, be written down."""

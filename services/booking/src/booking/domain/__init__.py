"""What an appointment is, and what may be asked for; knows no wire, no database, no clock."""

"""What families ask to change in their records, and what the office decides. It uses accounts and what is below."""

"""Who comes in: accounts, passwords, sessions, the second factor, rate limits. It uses mail, families and core."""

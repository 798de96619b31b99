"""Who comes in: accounts, sessions, passwords, second factors, the giving of accesses."""

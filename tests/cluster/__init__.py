"""Two processes, PostgreSQL and Caddy, as they serve: `make test-cluster`."""

"""Letters: the outbox, their templates and form, and the delivery that retries. It uses families, pdf and core."""

"""The office's daily screens: counts, digest, outbox, news, absences, the audit log. It uses site_admin and what is below."""

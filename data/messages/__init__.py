"""A word with the office: what a family asks about one thing, and what it is answered. It uses re-enrolment and what is below."""

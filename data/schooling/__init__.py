"""Courses, lessons, results, absences, the repertoire, the calendar feed. It uses accounts and what is below."""

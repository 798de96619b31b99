"""Courses, lessons, results, performances, absences."""

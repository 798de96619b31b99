"""Re-enrolment, from the campaign to next year’s courses."""

"""For how many days a password that was mailed opens: asked by who makes it, and by the delivery that does not send an expired one."""

TEMPORARY_DAYS = 1  # a password asked for by oneself: 24 hours
MAILED_DAYS = 7  # one that staff send

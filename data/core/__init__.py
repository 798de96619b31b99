"""What every subject stands on: the unit of work, the database, fields, words, sites, audit, separate processes. It uses no other folder."""

"""What every subject stands on: the unit of work, the database, fields, words, sites, the audit trail. It uses no other folder."""

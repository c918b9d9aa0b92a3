-- Not a primary key, which H2 would check at each write; no two entries are alike.
CREATE INDEX IF NOT EXISTS split_runner_entry_by_key ON split_runner_entry (seek_key, document);

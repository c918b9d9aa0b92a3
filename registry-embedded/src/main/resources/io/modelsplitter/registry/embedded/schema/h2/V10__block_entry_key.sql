-- Not a primary key, which H2 would check at each write; no two entries are alike.
CREATE INDEX IF NOT EXISTS block_entry_by_key ON block_entry (seek_key, document);

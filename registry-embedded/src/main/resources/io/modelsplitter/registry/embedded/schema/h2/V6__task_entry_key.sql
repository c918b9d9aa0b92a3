-- Not a primary key, which H2 would check at each write; no two entries are alike.
CREATE INDEX IF NOT EXISTS task_entry_by_key ON task_entry (seek_key, document);

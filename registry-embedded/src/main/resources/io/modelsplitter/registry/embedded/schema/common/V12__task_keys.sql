-- The keys by which clients name what they create, so that what is sent twice is one task. H2 cannot
-- take a migration back, so one that was stopped must be able to begin again.

CREATE TABLE IF NOT EXISTS task_key (
  idempotency_key VARCHAR(255) ${binary} NOT NULL PRIMARY KEY,
  task_id         VARCHAR(128) ${binary} NOT NULL, -- written with the task, and deleted with it
  request         VARCHAR(64)  ${binary} NOT NULL  -- a digest of what was asked for, in hex
);

CREATE INDEX IF NOT EXISTS task_key_by_task ON task_key (task_id);

-- Split runners that are being deployed, so that one whose server stopped in the midst of it is taken
-- away from its cluster.

CREATE TABLE IF NOT EXISTS split_runner_deployment (
  split_runner_id VARCHAR(128) ${binary} NOT NULL PRIMARY KEY,
  credentials     TEXT   NOT NULL, -- sealed, as in split_runner
  since           BIGINT NOT NULL  -- Unix seconds
);

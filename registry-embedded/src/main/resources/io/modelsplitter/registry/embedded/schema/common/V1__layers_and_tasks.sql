-- ${binary} makes PostgreSQL compare text by its bytes, whatever the database's language is.

CREATE TABLE model_layer (
  model_layer_hash             VARCHAR(128)  ${binary} NOT NULL PRIMARY KEY,
  model_asset_id               VARCHAR(4096) ${binary} NOT NULL,
  model_component_registry_uri VARCHAR(4096) ${binary} NOT NULL,
  model_layer_public_url       VARCHAR(4096) ${binary} NOT NULL,
  model_layer_metadata         TEXT          NOT NULL, -- JSON, in the order it came
  model_layer_rank             INTEGER       NOT NULL,
  model_world_size             INTEGER       NOT NULL,
  version                      BIGINT        NOT NULL,
  modified                     BIGINT        NOT NULL  -- Unix seconds
);

CREATE TABLE task (
  task_id               VARCHAR(128) ${binary} NOT NULL PRIMARY KEY,
  task_type             VARCHAR(255) ${binary} NOT NULL,
  task_data             TEXT         NOT NULL, -- JSON
  task_status           VARCHAR(32)  ${binary} NOT NULL,
  task_status_data      TEXT         NOT NULL, -- JSON
  task_create_timestamp BIGINT       NOT NULL, -- Unix seconds
  task_update_timestamp BIGINT       NOT NULL  -- Unix seconds
);

CREATE INDEX task_by_age ON task (task_create_timestamp, task_id);
CREATE INDEX task_by_status ON task (task_status, task_create_timestamp, task_id);

ALTER TABLE split_runner_entry ADD PRIMARY KEY (seek_key, document);

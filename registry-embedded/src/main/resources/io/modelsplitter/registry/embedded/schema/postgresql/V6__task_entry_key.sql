ALTER TABLE task_entry ADD PRIMARY KEY (seek_key, document);

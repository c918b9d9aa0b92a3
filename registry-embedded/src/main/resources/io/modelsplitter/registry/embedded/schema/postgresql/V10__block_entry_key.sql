ALTER TABLE block_entry ADD PRIMARY KEY (seek_key, document);

-- Hash indexes: a btree refuses values of more than about 2,700 bytes.
CREATE INDEX model_layer_by_asset ON model_layer USING hash (model_asset_id);
CREATE INDEX model_layer_by_component ON model_layer USING hash (model_component_registry_uri);
CREATE INDEX model_layer_by_url ON model_layer USING hash (model_layer_public_url);

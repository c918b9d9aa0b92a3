CREATE INDEX IF NOT EXISTS model_layer_by_asset ON model_layer (model_asset_id);
CREATE INDEX IF NOT EXISTS model_layer_by_component ON model_layer (model_component_registry_uri);
CREATE INDEX IF NOT EXISTS model_layer_by_url ON model_layer (model_layer_public_url);

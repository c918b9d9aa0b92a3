// Who shares a layer: the models that its record names, the blocks that run it, and the tasks whose
// result has it.

import {ask, Refused, Unreachable} from './api.js';

const MOST = 100;
const FRESH_MS = 15_000;

let last = {hashes: '', at: 0, found: null};

// The models of a layer: the one that it was registered for, then those that reuse it.
export function models(layer) {
  const metadata = Array.isArray(layer.model_layer_metadata) ? layer.model_layer_metadata : [];
  const uses = [{asset_id: layer.model_asset_id}, ...metadata]
    .map((entry) => entry?.asset_id)
    .filter((asset) => typeof asset === 'string' && asset !== '');
  return [...new Set(uses)];
}

// The layers that the result of a task names.
export function layersOf(task) {
  const data = task.task_status_data ?? {};
  const list = Array.isArray(data.layers) ? data.layers.map((it) => it?.model_layer_hash) : [];
  return [...new Set([...list, data.layer_hash].filter((hash) => typeof hash === 'string'))];
}

// A registry that cannot be asked knows of nobody.
async function others(path, filter, signal) {
  try {
    const {records, next} = await ask(path, {limit: MOST}, JSON.stringify(filter), signal);
    return {records, isWhole: next === null};
  } catch (error) {
    if (error instanceof Refused || error instanceof Unreachable) {
      return {records: [], isWhole: false};
    }
    throw error;
  }
}

function group(records, hashesOf, id) {
  const grouped = new Map();
  for (const record of records) {
    for (const hash of hashesOf(record)) {
      grouped.set(hash, [...(grouped.get(hash) ?? []), record[id]]);
    }
  }
  return grouped;
}

// {blocks, tasks}, each a map from a hash to ids; asked again after a while, or for other layers.
export async function sharing(layers, signal) {
  const among = {$in: layers.map((layer) => layer.model_layer_hash)};
  const hashes = JSON.stringify(among);
  if (layers.length === 0) {
    return {blocks: new Map(), tasks: new Map()};
  }
  if (hashes !== last.hashes || Date.now() - last.at > FRESH_MS) {
    const [blocks, tasks] = await Promise.all([
      others('blocks/query', {query: {'blockInitData.layerHash': among}}, signal),
      others('tasks', {$or: [
        {'task_status_data.layers.model_layer_hash': among},
        {'task_status_data.layer_hash': among},
      ]}, signal),
    ]);
    last = {hashes, at: Date.now(), found: {
      blocks: group(blocks.records, (block) => [block.blockInitData?.layerHash], 'id'),
      tasks: group(tasks.records, layersOf, 'task_id'),
    }};
  }
  return last.found;
}

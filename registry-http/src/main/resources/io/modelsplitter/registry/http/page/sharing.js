// Who shares a layer: the models that its record names, the blocks that run it, and the tasks whose
// result has it.

import {ask, Refused, Unreachable} from './api.js';

const MOST = 100;
const FRESH_MS = 15_000;

let last = {hashes: '', at: 0, blocks: null, tasks: null};

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

// The blocks that run a layer: a hash, or a condition for it.
export function ofBlocks(hash) {
  return {'blockInitData.layerHash': hash};
}

// The tasks whose result has a layer.
export function ofTasks(hash) {
  return {$or: [
    {'task_status_data.layers.model_layer_hash': hash},
    {'task_status_data.layer_hash': hash},
  ]};
}

// {ids, isWhole}: the ids by hash, and whether these are all. A registry that cannot be asked leaves
// what was known.
async function others(path, body, hashesOf, key, known, signal) {
  try {
    const {records, next} = await ask(path, {limit: MOST}, JSON.stringify(body), signal);
    const ids = new Map();
    for (const record of records) {
      for (const hash of hashesOf(record)) {
        ids.set(hash, [...(ids.get(hash) ?? []), record[key]]);
      }
    }
    return {ids, isWhole: next === null};
  } catch (error) {
    if (error instanceof Refused || error instanceof Unreachable) {
      return known ?? {ids: new Map(), isWhole: true};
    }
    throw error;
  }
}

// {blocks, tasks} of these layers; asked again after a while, or for other layers.
export async function sharing(layers, signal) {
  const among = {$in: layers.map((layer) => layer.model_layer_hash)};
  const hashes = JSON.stringify(among);
  const known = hashes === last.hashes ? last : {blocks: null, tasks: null};
  if (layers.length > 0 && (known !== last || Date.now() - last.at > FRESH_MS)) {
    const [blocks, tasks] = await Promise.all([
      others('blocks/query', {query: ofBlocks(among)},
        (block) => [block.blockInitData?.layerHash], 'id', known.blocks, signal),
      others('tasks', ofTasks(among), layersOf, 'task_id', known.tasks, signal),
    ]);
    last = {hashes, at: Date.now(), blocks, tasks};
  }
  return layers.length > 0 ? last : null;
}

// The registries: where each is asked, and what of a record is shown.

import * as columns from './columns.js';
import {sharing} from './sharing.js';

const ACTIVE = {task_status: {$in: ['pending', 'in_progress']}};

function bare(filter) {
  return filter;
}

// What /blocks/query takes: bare, a filter on a field named query would be taken for the wrapping.
// What is no JSON goes as it is, so that the server's words are about what was typed.
function wrapped(filter) {
  try {
    JSON.parse(filter);
    return '{"query": ' + filter + '}';
  } catch {
    return filter;
  }
}

// name: in the address; path: where to ask; body: how; key: what a record is told apart by; sort: the
// usual order; around: what else is asked for the records of a page.
export const VIEWS = [
  {
    name: 'layers', title: 'Layers', one: 'layer', many: 'layers',
    path: 'model-layers', body: bare, key: 'model_layer_hash', sort: '',
    columns: columns.LAYERS, around: sharing,
    examples: [
      ['reused by another model', {'model_layer_metadata.asset_id': {$exists: true}}],
      ['half precision', {'model_layer_metadata.precision': 'fp16'}],
      ['first of a pipeline', {model_layer_rank: 0, model_world_size: {$gt: 1}}],
    ],
  },
  {
    name: 'tasks', title: 'Tasks', one: 'task', many: 'tasks',
    path: 'tasks', body: bare, key: 'task_id', sort: '-task_create_timestamp',
    columns: columns.TASKS,
    examples: [
      ['not over yet', ACTIVE],
      ['failed', {task_status: 'failed'}],
      ['tried more than once', {'task_status_data.attempt': {$gt: 1}}],
    ],
  },
  {
    name: 'runners', title: 'Split runners', one: 'split runner', many: 'split runners',
    path: 'split-runners', body: bare, key: 'split_runner_id', sort: '',
    columns: columns.RUNNERS,
    examples: [
      ['with a tag', {split_runner_tags: 'gpu'}],
      ['with metadata', {split_runner_metadata: {$ne: {}}}],
    ],
  },
  {
    name: 'blocks', title: 'Blocks', one: 'block', many: 'blocks',
    path: 'blocks/query', body: wrapped, key: 'id', sort: '',
    columns: columns.BLOCKS,
    examples: [
      ['that run a layer', {'blockInitData.layerHash': {$exists: true}}],
      ['with several instances', {maxInstances: {$gt: 1}}],
    ],
  },
];

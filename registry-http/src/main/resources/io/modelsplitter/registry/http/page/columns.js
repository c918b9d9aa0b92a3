// What of a record stands in its row. A cell is a list of nodes; head and sort are the column's.

import {search} from './address.js';
import {element, foreign, outward} from './dom.js';
import {layersOf, models, ofBlocks, ofTasks} from './sharing.js';
import {age, count, plain, size} from './text.js';

const MOST_NAMES = 6;
const MOST_IN_A_LINK = 40;

const STATUSES = new Map([
  ['pending', 'pending'], ['in_progress', 'active'], ['complete', 'done'], ['completed', 'done'],
  ['failed', 'failed'],
]);

function inward(view, filter, ...shown) {
  return element('a', {href: search(view, filter)}, ...shown);
}

function line(...nodes) {
  return element('div', {}, ...nodes);
}

function faint(...nodes) {
  return element('div', {class: 'faint'}, ...nodes);
}

// A faint line, where there is something to say.
function below(value, kind = '', most = undefined) {
  return plain(value) === '' ? [] : [faint(foreign(value, kind, most))];
}

function isNumber(value) {
  return typeof value === 'number' && Number.isFinite(value);
}

// The first few of a list, after what one of them is called; how many more is told.
function several(one, list, node) {
  if (list.length === 0) {
    return [];
  }
  const parts = list.slice(0, MOST_NAMES).flatMap((each) => [' ', node(each)]);
  const more = list.length > MOST_NAMES ? [' and ' + (list.length - MOST_NAMES) + ' more'] : [];
  const label = one && list.length > 1 ? one + 's' : one;
  return [line(element('span', {class: 'label'}, label), ...parts, ...more)];
}

// Where there were too many to ask for, they can be looked for.
function rest(found, view, filter, text) {
  return found?.isWhole === false ? [faint(inward(view, filter, text))] : [];
}

function chip(...nodes) {
  return element('span', {class: 'chip'}, ...nodes);
}

function users(layer, around) {
  const hash = layer.model_layer_hash;
  const assets = models(layer);
  const shared = assets.length > 1
    ? [faint('shared by ' + count(assets.length, 'model', 'models'))] : [];
  const ofAsset = (asset) => ({$or: [
    {model_asset_id: asset}, {'model_layer_metadata.asset_id': asset},
  ]});
  const all = [
    ...several('Model', assets,
      (asset) => chip(inward('layers', ofAsset(asset), foreign(asset, '', 60)))),
    ...several('Block', around?.blocks.ids.get(hash) ?? [],
      (id) => chip(inward('blocks', {id}, foreign(id, '', 60)))),
    ...rest(around?.blocks, 'blocks', ofBlocks(hash), 'Look for all blocks'),
    ...several('Task', around?.tasks.ids.get(hash) ?? [],
      (id) => chip(inward('tasks', {task_id: id}, foreign(id, '', 13)))),
    ...rest(around?.tasks, 'tasks', ofTasks(hash), 'Look for all tasks'),
  ];
  return all.length === 0 ? [foreign('')] : [...shared, ...all];
}

function bytes(layer) {
  const metadata = Array.isArray(layer.model_layer_metadata) ? layer.model_layer_metadata : [];
  const found = metadata.map((entry) => entry?.bytes).find(isNumber);
  return [found === undefined ? foreign('') : size(found)];
}

function rank(layer) {
  const world = layer.model_world_size;
  return [foreign(layer.model_layer_rank), ...(isNumber(world) && world > 0 ? [' of ', foreign(world)] : [])];
}

export const LAYERS = [
  {
    head: 'Layer', sort: 'model_layer_hash',
    cell: (layer) => [
      line(foreign(layer.model_layer_hash, 'code', 128)),
      ...below(layer.model_component_registry_uri),
    ],
  },
  {head: 'Rank', sort: 'model_layer_rank', cell: rank},
  {head: 'Used by', sort: 'model_asset_id', cell: users},
  {head: 'Size', sort: 'model_layer_metadata.bytes', cell: bytes},
  {head: 'Kept at', cell: (layer) => [outward(layer.model_layer_public_url)]},
];

function status(task) {
  const kind = STATUSES.get(task.task_status) ?? 'other';
  return [element('span', {class: 'status ' + kind}, foreign(task.task_status, '', 40))];
}

function progress(task) {
  const isDone = STATUSES.get(task.task_status) === 'done';
  const fraction = isDone ? 1 : task.task_status_data?.progress;
  if (!isNumber(fraction) || fraction < 0 || fraction > 1) {
    return [foreign('')];
  }
  const percent = Math.floor(fraction * 100) + ' %';
  return [
    element('progress', {max: 1, value: fraction, 'aria-label': 'Progress'}, percent),
    element('span', {class: 'percent'}, percent),
  ];
}

function news(task) {
  const data = task.task_status_data ?? {};
  const layers = layersOf(task);
  const said = data.error ?? data.last_error ?? data.message;
  const about = [
    data.phase === undefined ? [] : ['in ', foreign(data.phase, '', 40)],
    isNumber(data.attempt) && data.attempt > 1 ? ['attempt ' + data.attempt] : [],
  ].filter((each) => each.length > 0).flatMap((each, i) => (i > 0 ? [', ', ...each] : each));
  const shown = [];
  if (said !== undefined && said !== null) {
    shown.push(line(foreign(said, '', 240)));
  }
  if (layers.length > 0) {
    const text = count(layers.length, 'layer', 'layers');
    shown.push(line(layers.length > MOST_IN_A_LINK ? text
      : inward('layers', {model_layer_hash: {$in: layers}}, text)));
  }
  if (about.length > 0) {
    shown.push(faint(...about));
  }
  return shown.length === 0 ? [foreign('')] : shown;
}

function when(seconds, now) {
  if (!isNumber(seconds) || Math.abs(seconds) > 8.64e12) {
    return foreign(seconds);
  }
  const date = new Date(seconds * 1000);
  return element('time', {datetime: date.toISOString(), title: date.toLocaleString()},
    age(now - seconds));
}

function times(task, around, now) {
  return [
    line(when(task.task_update_timestamp, now)),
    faint('begun ', when(task.task_create_timestamp, now)),
  ];
}

export const TASKS = [
  {
    head: 'Task', sort: 'task_id',
    cell: (task) => [
      line(foreign(task.task_data?.model_name ?? task.task_type)),
      faint(foreign(task.task_type)),
      faint(foreign(task.task_id, 'code', 64)),
    ],
  },
  {head: 'Status', sort: 'task_status', cell: status},
  {head: 'Progress', sort: 'task_status_data.progress', cell: progress},
  {head: 'What it says', cell: news},
  {head: 'Updated', sort: 'task_update_timestamp', cell: times},
];

function tags(list, view, field) {
  const all = Array.isArray(list) ? list : [];
  return all.length === 0 ? [foreign('')]
    : several('', all, (tag) => chip(inward(view, {[field]: tag}, foreign(tag, '', 60))));
}

export const RUNNERS = [
  {
    head: 'Split runner', sort: 'split_runner_id',
    cell: (runner) => [foreign(runner.split_runner_id, 'code', 64)],
  },
  {
    head: 'Host', sort: 'split_runner_public_host',
    cell: (runner) => [foreign(runner.split_runner_public_host)],
  },
  {
    head: 'Called at', sort: 'split_runner_public_url',
    cell: (runner) => [outward(runner.split_runner_public_url)],
  },
  {
    head: 'Tags', sort: 'split_runner_tags',
    cell: (runner) => tags(runner.split_runner_tags, 'runners', 'split_runner_tags'),
  },
];

function layerOf(block) {
  const data = block.blockInitData ?? {};
  if (typeof data.layerHash !== 'string') {
    return [foreign(data.layerHash)];
  }
  const filter = {model_layer_hash: data.layerHash};
  return [
    line(inward('layers', filter, foreign(data.layerHash, 'code', 128))),
    ...(isNumber(data.rank) && isNumber(data.worldSize)
      ? [faint('rank ' + data.rank + ' of ' + data.worldSize)] : []),
  ];
}

function instances(block) {
  const {minInstances: least, maxInstances: most} = block;
  if (least === undefined && most === undefined) {
    return [foreign('')];
  }
  return [foreign(least), ' to ', foreign(most)];
}

export const BLOCKS = [
  {
    head: 'Block', sort: 'id',
    cell: (block) => [
      line(foreign(block.id, 'code', 128)),
      ...below(block.componentUri),
    ],
  },
  {head: 'Layer', sort: 'blockInitData.layerHash', cell: layerOf},
  {head: 'Answers at', sort: 'blockUri', cell: (block) => [outward(block.blockUri)]},
  {head: 'Instances', sort: 'maxInstances', cell: instances},
  {head: 'Tags', sort: 'tags', cell: (block) => tags(block.tags, 'blocks', 'tags')},
];

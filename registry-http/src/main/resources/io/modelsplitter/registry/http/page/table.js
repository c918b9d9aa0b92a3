// Records as rows. A row that stays is kept and only what changed in it is renewed, so that the
// focus, the place and the opened records stay while the page is live.

import {write} from './address.js';
import {element, renew} from './dom.js';
import {plain, pretty, shorten} from './text.js';

const table = document.getElementById('records');
const head = table.tHead;
const [body] = table.tBodies;

let rows = new Map();

function heading(column, place) {
  if (!column.sort) {
    return element('th', {role: 'columnheader', scope: 'col'}, column.head);
  }
  const order = [column.sort, '-' + column.sort].indexOf(place.sort);
  const sort = order === 0 ? '-' + column.sort : column.sort;
  const link = element('a', {href: write({...place, sort, after: ''})}, column.head);
  const attributes = {role: 'columnheader', scope: 'col'};
  if (order >= 0) {
    attributes['aria-sort'] = order === 0 ? 'ascending' : 'descending';
  }
  return element('th', attributes, link);
}

function headings(place) {
  return element('thead', {role: 'rowgroup'}, element('tr', {role: 'row'},
    ...place.view.columns.map((column) => heading(column, place)),
    element('th', {role: 'columnheader', scope: 'col', class: 'unseen'}, 'Record')));
}

// The whole record, written out once it is asked for.
function whole(name) {
  const text = element('pre', {tabindex: 0, 'aria-label': 'Record of ' + name});
  const summary = element('summary', {}, 'JSON', element('span', {class: 'unseen'}, ' of ' + name));
  const details = element('details', {}, summary, text);
  const shown = {
    cell: element('td', {role: 'cell', class: 'whole'}, details),
    record: undefined,
    show(record) {
      this.record = record;
      const json = details.open ? pretty(record) : '';
      if (text.textContent !== json) {
        text.textContent = json;
      }
    },
  };
  details.addEventListener('toggle', () => shown.show(shown.record));
  return shown;
}

function made(view, key) {
  const cells = view.columns.map((column) =>
    element('td', {role: 'cell', 'data-head': column.head}));
  const record = whole(view.one + ' ' + shorten(key, 60));
  return {cells, record, row: element('tr', {role: 'row'}, ...cells, record.cell)};
}

function fill(row, view, record, around, now) {
  view.columns.forEach((column, i) => {
    const wanted = row.cells[i].cloneNode(false);
    wanted.append(...column.cell(record, around, now));
    renew(row.cells[i], wanted);
  });
  row.record.show(record);
}

// Moves only what stands wrong.
function arrange(wanted) {
  const focused = document.activeElement;
  [...body.rows].filter((row) => !wanted.includes(row)).forEach((row) => row.remove());
  let next = body.firstElementChild;
  for (const row of wanted) {
    if (row === next) {
      next = next.nextElementSibling;
    } else {
      body.insertBefore(row, next);
    }
  }
  if (focused !== document.activeElement && focused.isConnected) {
    focused.focus({preventScroll: true});
  }
}

// Shows records.
export function show(place, records, around, now) {
  const {view} = place;
  if (table.dataset.view !== view.name) {
    clear();
    table.dataset.view = view.name;
  }
  renew(head, headings(place));
  const kept = new Map();
  for (const record of records) {
    let key = plain(record[view.key]);
    while (kept.has(key)) {
      key += ' again';
    }
    const row = rows.get(key) ?? made(view, key);
    kept.set(key, row);
    fill(row, view, record, around, now);
  }
  rows = kept;
  arrange([...kept.values()].map(({row}) => row));
  table.hidden = records.length === 0;
}

// Shows nothing.
export function clear() {
  rows = new Map();
  body.replaceChildren();
  table.hidden = true;
}

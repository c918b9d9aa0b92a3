// The page: reads the address, asks, shows, and asks again while somebody looks.

import * as address from './address.js';
import {ask, forgetToken, hasToken, Refused, Unreachable, useToken} from './api.js';
import {element} from './dom.js';
import * as state from './state.js';
import * as table from './table.js';
import {count, visible} from './text.js';
import {VIEWS} from './views.js';

const PAUSE_MS = 3_000;

const at = (id) => document.getElementById(id);

let place = address.read(location.hash, VIEWS) ?? address.read('', VIEWS);
let isPaused = false;
let asking = new AbortController();
let timer = 0;

function links() {
  const all = place.view.examples.flatMap(([text, filter]) => [
    element('a', {href: address.search(place.view.name, filter)}, text), ' ',
  ]);
  const rest = place.filter ? [element('a', {href: '#' + place.view.name}, 'Show all')] : [];
  at('examples').replaceChildren('Try ', ...all, ...rest);
}

// Fits the parts that do not change with the records to the place.
function enter() {
  const {view} = place;
  document.title = view.title + ' – model-splitter';
  at('heading').textContent = view.title;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.dataset.view === view.name) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  }
  at('filter').value = place.filter;
  at('filter').placeholder = JSON.stringify(view.examples[0][1]);
  at('sort').value = place.sort;
  const limits = new Set([...address.LIMITS, place.limit]);
  at('limit').replaceChildren(...[...limits].map((limit) => element('option', {}, limit)));
  at('limit').value = place.limit;
  links();
}

function pages(next) {
  const shown = [];
  if (place.after) {
    shown.push(element('a', {href: address.write({...place, after: ''})}, 'First page'));
  }
  if (next) {
    shown.push(element('a', {href: address.write({...place, after: next})}, 'Next page'));
  }
  if (!at('pages').isEqualNode(element('p', {id: 'pages', class: 'pages'}, ...shown))) {
    at('pages').replaceChildren(...shown);
  }
}

function found(number, next) {
  const {one, many} = place.view;
  if (number > 0) {
    return count(number, one, many) + (next || place.after ? ' on this page' : '');
  }
  return place.filter ? 'No ' + one + ' matches.' : 'There are no ' + many + ' yet.';
}

function nothing(text) {
  table.clear();
  pages(null);
  state.summary(text);
}

// Shows why there is nothing to show; answers when to ask again, in milliseconds, or 0 for never.
function fail(error) {
  if (error instanceof Unreachable) {
    state.away(error.message);
    return PAUSE_MS;
  }
  if (!(error instanceof Refused)) {
    console.error(error);
    state.away('this page cannot show the answer (' + visible(String(error)) + ')');
    return PAUSE_MS;
  }
  const text = visible(error.message);
  if (error.status === 401 || error.status === 403) {
    nothing('');
    const unknown = hasToken() ? 'This token is not taken.' : 'This server asks for a token.';
    state.access(error.status === 401 ? unknown : text + '.', hasToken());
    state.waiting('Needs a token');
    return 0;
  }
  if (error.status === 404) {
    nothing('This server does not serve ' + place.view.many
      + '. It runs in another role, or without this registry.');
    state.waiting('Not served');
    return 0;
  }
  if (error.status < 500 && error.status !== 429) {
    nothing('');
    state.refused(text);
    state.waiting('Refused');
    return 0;
  }
  state.away(text, 'Trying again');
  return Math.max(PAUSE_MS, error.retryAfter * 1000);
}

async function look(here, signal) {
  const {view} = here;
  const options = {limit: here.limit};
  if (here.sort) {
    options.sort = here.sort;
  }
  if (here.after) {
    options.after = here.after;
  }
  const answer = await ask(view.path, options, view.body(here.filter || '{}'), signal);
  const around = view.around ? await view.around(answer.records, signal) : null;
  if (signal.aborted) {
    return;
  }
  table.show(here, answer.records, around, answer.now);
  pages(answer.next);
  state.summary(found(answer.records.length, answer.next));
  state.refused('');
  state.access(null, hasToken());
  state.fresh(isPaused);
}

// Asks now, and again after a while.
async function load() {
  clearTimeout(timer);
  asking.abort();
  asking = new AbortController();
  const {signal} = asking;
  let pause = PAUSE_MS;
  try {
    await look(place, signal);
  } catch (error) {
    if (signal.aborted) {
      return;
    }
    pause = fail(error);
  }
  if (!signal.aborted && pause > 0 && !isPaused && !document.hidden) {
    timer = setTimeout(load, pause);
  }
}

function go(fragment) {
  if (location.hash === fragment) {
    load();
  } else {
    location.hash = fragment;
  }
}

addEventListener('hashchange', () => {
  const next = address.read(location.hash, VIEWS);
  if (next) {
    const isOther = next.view !== place.view;
    place = next;
    enter();
    state.refused('');
    if (isOther) {
      nothing('');
    }
    load();
  }
});

document.addEventListener('visibilitychange', () => {
  if (!document.hidden && !isPaused) {
    load();
  }
});

at('search').addEventListener('submit', (event) => {
  event.preventDefault();
  go(address.write({
    view: place.view, filter: at('filter').value, sort: at('sort').value, limit: at('limit').value,
  }));
});

at('access').addEventListener('submit', (event) => {
  event.preventDefault();
  const token = at('token').value.trim();
  at('token').value = '';
  if (/^[\x21-\x7e]+$/.test(token)) { // what a header can hold
    useToken(token);
    load();
  } else {
    state.access('A token is letters, digits and signs, without spaces.', hasToken());
  }
});

at('forget').addEventListener('click', () => {
  forgetToken();
  load();
});

at('pause').addEventListener('click', () => {
  isPaused = !isPaused;
  at('pause').setAttribute('aria-pressed', String(isPaused));
  if (isPaused) {
    clearTimeout(timer);
    state.paused();
  } else {
    load();
  }
});

at('skip').addEventListener('click', (event) => {
  event.preventDefault();
  at('main').focus();
});

enter();
load();

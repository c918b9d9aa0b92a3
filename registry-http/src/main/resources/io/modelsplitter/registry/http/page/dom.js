// Elements. Every text comes in as text: nothing here parses markup.

import {plain, shorten} from './text.js';

// An element with attributes and children, which are nodes or texts.
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// A text from outside, which cannot turn what stands beside it.
export function foreign(value, kind = '', most = undefined) {
  const text = plain(value);
  if (text === '') {
    return element('span', {class: 'none'}, '–');
  }
  return element('bdi', kind ? {class: kind} : {}, shorten(text, most));
}

// A link where the text is an http or https URL, and else the text.
export function outward(value) {
  const text = foreign(value, 'url', 160);
  try {
    const url = new URL(value);
    if (url.protocol === 'http:' || url.protocol === 'https:') {
      return element('a', {href: url.href, rel: 'noopener noreferrer', target: '_blank'}, text);
    }
  } catch {
    // no URL
  }
  return text;
}

function isText(node) {
  return node.nodeType === Node.TEXT_NODE;
}

// Makes what is shown like what is wanted, and leaves alone what is alike, so that the focus stays.
export function renew(shown, wanted) {
  if (shown.nodeName !== wanted.nodeName) {
    shown.replaceWith(wanted);
    return;
  }
  if (isText(shown)) {
    if (shown.data !== wanted.data) {
      shown.data = wanted.data;
    }
    return;
  }
  for (const name of shown.getAttributeNames()) {
    if (!wanted.hasAttribute(name)) {
      shown.removeAttribute(name);
    }
  }
  for (const name of wanted.getAttributeNames()) {
    if (shown.getAttribute(name) !== wanted.getAttribute(name)) {
      shown.setAttribute(name, wanted.getAttribute(name));
    }
  }
  const before = [...shown.childNodes];
  const after = [...wanted.childNodes];
  before.slice(after.length).forEach((node) => node.remove());
  after.forEach((node, i) => (i < before.length ? renew(before[i], node) : shown.append(node)));
}

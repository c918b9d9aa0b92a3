'use strict';

// Every text comes in as text: nothing here parses markup.

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text) {
    made.textContent = text;
  }
  made.append(...children);
  return made;
}

function anchor(text) {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

// What a local $ref points at.
function resolve(api, value) {
  if (!value || !value.$ref) {
    return value || {};
  }
  return value.$ref.slice(2).split('/').reduce((at, part) => at[part] || {}, api);
}

// A schema in one line.
function shape(schema) {
  if (!schema) {
    return 'anything';
  }
  if (schema.$ref) {
    return schema.$ref.split('/').pop();
  }
  if (schema.oneOf || schema.anyOf) {
    return (schema.oneOf || schema.anyOf).map(shape).join(' or ');
  }
  if (schema.allOf) {
    return schema.allOf.map(shape).join(' with ');
  }
  if ('const' in schema) {
    return JSON.stringify(schema.const);
  }
  if (schema.enum) {
    return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  }
  if (schema.type === 'array') {
    return 'list of ' + shape(schema.items);
  }
  if (schema.properties) {
    const parts = Object.entries(schema.properties);
    return '{' + parts.map(([name, type]) => name + ': ' + shape(type)).join(', ') + '}';
  }
  return schema.type || 'anything';
}

function table(caption, heads, rows) {
  const head = element('tr', '', ...heads.map((text) => {
    const cell = element('th', text);
    cell.scope = 'col';
    return cell;
  }));
  const body = rows.map((row) => element('tr', '', ...row.map((text) => element('td', text))));
  return element('table', '', element('caption', caption), element('thead', '', head),
    element('tbody', '', ...body));
}

function parameters(api, list) {
  return table('Parameters', ['Name', 'In', 'Type', 'Meaning'], list.map((given) => {
    const parameter = resolve(api, given);
    return [parameter.name + (parameter.required ? ' (required)' : ''), parameter.in,
      shape(parameter.schema), parameter.description || ''];
  }));
}

function body(content) {
  const shown = [];
  for (const [type, media] of Object.entries(content)) {
    shown.push(element('p', 'Body (' + type + '): ' + shape(media.schema)));
    if (media.example) {
      shown.push(element('pre', JSON.stringify(media.example, null, 2)));
    }
  }
  return shown;
}

function responses(api, all) {
  return table('Answers', ['Status', 'Meaning', 'Body', 'Headers'],
    Object.entries(all).map(([status, given]) => {
      const answer = resolve(api, given);
      const content = Object.values(answer.content || {}).map((media) => shape(media.schema));
      return [status, answer.description || '', content.join(' or '),
        Object.keys(answer.headers || {}).join(', ')];
    }));
}

function operation(api, path, method, item) {
  const told = item[method];
  const name = element('span', method.toUpperCase() + ' ');
  name.className = 'method';
  const summary = element('summary', '', name, element('code', path), ' ' + (told.summary || ''));
  const shown = element('details', '', summary);
  shown.id = told.operationId || anchor(method + path);
  if (told.description) {
    shown.append(element('p', told.description));
  }
  const list = [...(item.parameters || []), ...(told.parameters || [])];
  if (list.length > 0) {
    shown.append(parameters(api, list));
  }
  if (told.requestBody) {
    shown.append(...body(told.requestBody.content));
  }
  shown.append(responses(api, told.responses));
  return shown;
}

function section(api, tag) {
  const title = element('h2', tag.name);
  title.id = anchor(tag.name);
  const shown = element('section', '', title);
  shown.setAttribute('aria-labelledby', title.id);
  if (tag.description) {
    shown.append(element('p', tag.description));
  }
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of METHODS) {
      if (item[method] && item[method].tags.includes(tag.name)) {
        shown.append(operation(api, path, method, item));
      }
    }
  }
  return shown;
}

function schema(name, told) {
  const shown = element('details', '', element('summary', name));
  shown.append(element('p', told.description || ''));
  const required = told.required || [];
  const rows = Object.entries(told.properties || {}).map(([field, type]) => [
    field + (required.includes(field) ? ' (required)' : ''), shape(type), type.description || '',
  ]);
  if (rows.length > 0) {
    shown.append(table('Fields', ['Name', 'Type', 'Meaning'], rows));
  } else {
    shown.append(element('p', shape(told)));
  }
  return shown;
}

function show(api) {
  document.getElementById('title').textContent = api.info.title + ' ' + api.info.version;
  document.getElementById('description').textContent =
    [api.info.summary, api.info.description].filter(Boolean).join(' ');
  const main = document.getElementById('endpoints');
  main.replaceChildren(...api.tags.map((tag) => section(api, tag)));
  const title = element('h2', 'Records');
  title.id = 'records';
  main.append(element('section', '', title,
    ...Object.entries(api.components.schemas).map(([name, told]) => schema(name, told))));
  const links = [...api.tags.map((tag) => tag.name), 'Records'].map((name) => {
    const link = element('a', name);
    link.href = '#' + anchor(name);
    return element('li', '', link);
  });
  document.getElementById('contents').replaceChildren(element('ul', '', ...links));
}

fetch('/openapi.json')
  .then((answer) => {
    if (!answer.ok) {
      throw new Error('openapi.json was answered with ' + answer.status);
    }
    return answer.json();
  })
  .then(show)
  .catch((error) => {
    document.getElementById('state').textContent = 'This page cannot be shown: ' + error.message;
  });

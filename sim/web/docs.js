// The description of the API as a page: what /openapi.json says, all of it, and nothing from elsewhere.
import { by, h } from './dom.js';

const kMethods = ['get', 'post', 'put', 'patch', 'delete'];
const kDeepest = 6;  // of an example that is made up

let description = null;

const nameOf = (reference) => reference.split('/').at(-1);
function resolve(node) {
  if (!node?.$ref) return node ?? {};
  return resolve(node.$ref.slice(2).split('/').reduce((at, step) => at[step], description));
}

const kServer = 'server';  // what is of least interest comes last

// Of an operation without a tag: by whom it is about.
function groupOf(path, { tags }) {
  if (tags?.length > 0) return tags[0];
  if (path.startsWith('/v1/readers/{')) return 'a reader';
  return path.startsWith('/v1/') ? 'readers, cards and models' : kServer;
}

function operations() {
  return Object.entries(description.paths).flatMap(([path, item]) => kMethods.filter((method) => method in item).map((method) => ({
    ...item[method], method: method.toUpperCase(), path, group: groupOf(path, item[method]),
    parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])].map(resolve),
  })));
}

// ---- words for schemas

function typeOf(schema) {
  if (schema.$ref) return h('a', { href: `#schema-${nameOf(schema.$ref)}` }, nameOf(schema.$ref));
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  const choice = schema.oneOf ?? schema.anyOf;
  if (choice) return h('span', {}, ...choice.flatMap((each, at) => (at > 0 ? [' | ', typeOf(each)] : [typeOf(each)])));
  if (schema.type === 'array') return h('span', {}, 'list of ', typeOf(schema.items ?? {}));
  if (Array.isArray(schema.type)) return schema.type.join(' | ');
  return schema.type ?? 'anything';
}

const kLimits = [
  ['minimum', 'at least'], ['maximum', 'at most'], ['minLength', 'characters, at least'], ['maxLength', 'characters, at most'],
  ['minItems', 'items, at least'], ['maxItems', 'items, at most'], ['pattern', 'pattern'], ['default', 'default'],
];
function limits(schema) {
  return kLimits.filter(([key]) => schema[key] !== undefined).map(([key, words]) => `${words} ${JSON.stringify(schema[key])}`).join(', ');
}

function row(name, schema, required, description) {
  const says = [description, limits(schema)].filter(Boolean);
  return h('tr', {},
    h('th', { scope: 'row' }, h('code', {}, name), ...(required ? [' ', h('span', { class: 'required' }, 'required')] : [])),
    h('td', {}, typeOf(schema)),
    h('td', {}, ...says.flatMap((each, at) => (at > 0 ? [h('br'), each] : [each])), ...nested(schema)));
}

function table(caption, rows) {
  return h('div', { class: 'wide', tabindex: '0', role: 'group', 'aria-label': caption },
    h('table', {},
      h('thead', {}, h('tr', {}, ...['name', 'type', ''].map((each) => h('th', { scope: 'col' }, each || h('span', { class: 'visually-hidden' }, 'meaning'))))),
      h('tbody', {}, ...rows)));
}

function properties(schema, caption) {
  return table(caption, Object.entries(schema.properties).map(([name, each]) => (
    row(name, each, schema.required?.includes(name), each.description ?? (each.$ref ? resolve(each).description : '')))));
}

// Of a schema that stands inside another one.
function nested(schema) {
  if (schema.$ref) return [];
  if (schema.properties) return [properties(schema, 'its members')];
  if (schema.type === 'array' && schema.items) return nested(schema.items);
  return [];
}

function schemaView(schema, caption) {
  if (schema.$ref) return [h('p', {}, typeOf(schema))];
  const choice = schema.oneOf ?? schema.anyOf;
  if (choice) {
    return [h('p', {}, 'One of:'), h('ul', { class: 'choice' }, ...choice.map((each) => (
      h('li', {}, ...(each.description ? [h('p', {}, each.description)] : []), ...schemaView(each, caption)))))];
  }
  if (schema.properties) return [properties(schema, caption)];
  const said = limits(schema);
  return [h('p', {}, typeOf(schema), ...(said ? [`, ${said}`] : []))];
}

// ---- examples

// The least that a schema takes, where the description has no example of its own.
function sample(node, deep = 0) {
  const schema = resolve(node);
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.length > 0) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const choice = schema.oneOf ?? schema.anyOf;
  if (choice) return sample(choice[0], deep + 1);
  if (deep > kDeepest) return null;
  if (schema.properties) {
    const wanted = schema.required ?? Object.keys(schema.properties).slice(0, 1);
    return Object.fromEntries(wanted.map((name) => [name, sample(schema.properties[name], deep + 1)]));
  }
  if (schema.type === 'array') return [sample(schema.items, deep + 1)];
  return { integer: schema.minimum ?? 0, number: 0, boolean: true, string: 'text' }[schema.type] ?? null;
}

function exampleOf(content) {
  if (content.example !== undefined) return content.example;
  const first = Object.values(content.examples ?? {})[0];
  if (first) return resolve(first).value;
  return sample(content.schema);
}

// A text in the quotes of a shell.
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function curl({ method, path, parameters, requestBody }) {
  const filled = path.replace('{id}', 'default').replace(/\{(\w+)\}/g, (_, name) => (
    parameters.find((each) => each.name === name)?.example ?? (name === 'name' ? 'icon.svg' : name)));
  const json = resolve(requestBody).content?.['application/json'];
  return ['curl -s', ...(method === 'GET' || (method === 'POST' && json) ? [] : [`-X ${method}`]),
    ...(json ? [`-d ${quoted(JSON.stringify(exampleOf(json)))}`] : []), location.origin + filled].join(' ');
}

// ---- the page

function parametersView(parameters) {
  if (parameters.length === 0) return [];
  const where = (each) => ({ path: 'in the path', query: 'after the ?', header: 'header' }[each.in] ?? each.in);
  return [h('h4', {}, 'Parameters'), table('parameters', parameters.map((each) => (
    row(each.name, each.schema ?? {}, each.required, [where(each), each.description].filter(Boolean).join(': ')))))];
}

function bodyView(requestBody) {
  const body = resolve(requestBody);
  if (!body.content) return [];
  return [h('h4', {}, 'Body'), ...(body.description ? [h('p', {}, body.description)] : []),
    ...Object.entries(body.content).flatMap(([type, content]) => [
      h('p', { class: 'media' }, type, ...(content.schema?.$ref ? [': ', typeOf(content.schema)] : [])),
      ...schemaView(resolve(content.schema), 'the body')])];
}

function answersView(responses) {
  return [h('h4', {}, 'Answers; ', h('a', { href: '#schema-Error' }, 'errors'), ' have a code, a message and a hint'), h('dl', { class: 'answers' }, ...Object.entries(responses).flatMap(([status, each]) => {
    const response = resolve(each);
    const types = status < '400' ? Object.entries(response.content ?? {}) : [];  // all others are an Error
    return [h('dt', { class: status < '400' ? 'good' : 'bad' }, status),
      h('dd', {}, h('p', {}, response.description),
        ...types.flatMap(([type, content]) => [h('p', { class: 'media' }, type),
          ...(type === 'application/json' && content.schema ? schemaView(content.schema, `answer ${status}`) : [])]))];
  }))];
}

function operationView(operation) {
  const { method, path, operationId, summary, description: more, parameters, requestBody, responses } = operation;
  return h('section', { class: 'operation', id: operationId, 'data-text': `${method} ${path} ${operationId} ${summary ?? ''}`.toLowerCase() },
    h('h3', {}, h('a', { href: `#${operationId}` }, h('span', { class: `method ${method.toLowerCase()}` }, method), ' ', h('code', {}, path))),
    h('p', { class: 'summary' }, summary ?? '', ...(operation.security?.length === 0 ? [' ', h('span', { class: 'open' }, 'without a token')] : [])),
    ...(more ? [h('p', {}, more)] : []),
    h('pre', { tabindex: '0', 'aria-label': 'with curl' }, curl(operation)),
    ...parametersView(parameters), ...bodyView(requestBody), ...answersView(responses));
}

function draw() {
  const all = operations();
  const groups = [...new Set(all.map((each) => each.group))].sort((one, other) => (one === kServer) - (other === kServer));
  const inGroup = (group) => all.filter((each) => each.group === group);
  const about = (group) => description.tags?.find((each) => each.name === group)?.description;
  by('title').textContent = description.info.title;
  by('about').textContent = description.info.description;
  by('contents').replaceChildren(...groups.map((group) => h('div', { class: 'group' }, h('h2', {}, group), h('ul', {},
    ...inGroup(group).map(({ method, path, operationId, summary }) => h('li', { 'data-of': operationId },
      h('a', { href: `#${operationId}` }, h('span', { class: `method ${method.toLowerCase()}` }, method), ' ',
        h('span', {}, summary ?? path))))))));
  by('operations').replaceChildren(...groups.map((group) => h('section', { class: 'group' },
    h('h2', {}, group), ...(about(group) ? [h('p', {}, about(group))] : []), ...inGroup(group).map(operationView))));
  by('schemas').replaceChildren(h('h2', {}, 'Objects'), ...Object.entries(description.components.schemas).map(([name, schema]) => (
    h('section', { class: 'schema', id: `schema-${name}` }, h('h3', {}, name),
      ...(schema.description ? [h('p', {}, schema.description)] : []), ...schemaView(schema, name)))));
}

function filter() {
  const words = by('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const section of document.querySelectorAll('.operation')) {
    const fits = words.every((each) => section.dataset.text.includes(each));
    section.hidden = !fits;
    document.querySelector(`[data-of="${section.id}"]`).hidden = !fits;
    found += fits ? 1 : 0;
  }
  for (const group of document.querySelectorAll('.group')) group.hidden = !group.querySelector('.operation:not([hidden]), [data-of]:not([hidden])');
  by('none').textContent = found === 0 ? 'None of the requests has these words.' : '';
}

by('filter').addEventListener('input', filter);
globalThis.addEventListener('hashchange', () => {
  const wanted = document.getElementById(location.hash.slice(1));
  if (!wanted?.hidden) return;
  by('filter').value = '';
  filter();
  wanted.scrollIntoView();
});
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target.matches('input')) return;
  event.preventDefault();
  by('filter').focus();
});

description = await (await fetch('/openapi.json')).json();
draw();
// What the address points at is there only now.
if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
document.documentElement.dataset.state = 'there';

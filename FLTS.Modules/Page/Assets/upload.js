import { command, enter, hold, notSignedIn, ours, who } from './api.js';
import { make, name, span, table } from './dom.js';

// A file is looked at first, then sent; nothing is stored before whoever brought it says so.

const looked = 1 << 20; // Bytes that are looked at.
const element = (id) => document.getElementById(id);
let file = null;
let isRefused = false; // What was looked at would be, as it stands.

const answers = () => new Map([...document.querySelectorAll('#questions [name]')].filter((f) => f.value !== '').map((f) => [f.name, f.value]));

/** A choice that is a list is kept as JSON; in an address its name is repeated. */
function words(value) {
  const list = value.startsWith('[') && value.endsWith(']') ? JSON.parse(value) : [value];
  return list.map(String);
}

function address(path) {
  const query = new URLSearchParams([...answers()].flatMap(([option, value]) => words(value).map((word) => [option, word])));
  return query.size ? `${path}?${query}` : path;
}

/** What the API would refuse cannot be sent from here; whether whoever looks may send at all. */
function allow() {
  const lacks = who.role && !who.may.includes('train') ? `Needs the role train; you have ${who.role}.` : '';
  document.querySelector('#store .do').disabled = isRefused || Boolean(lacks);
  document.querySelector('#store .needs').textContent = lacks;
  return !lacks;
}

async function look() {
  const place = element('look');
  isRefused = false;
  place.replaceChildren();
  if (!allow()) return;
  place.replaceChildren('Looking at it…');
  try {
    show(await command(address('/datasets/preview'), file.slice(0, looked), { type: 'application/octet-stream' }));
  } catch (refused) {
    isRefused = refused.status === 422;
    place.replaceChildren(make('p', { class: 'wrong' }, named(refused.message)));
  }
  allow();
}

/** The server looks at what it calls preview.csv; whoever brought it knows it by its name. */
const named = (text) => text.replaceAll('preview.csv', file.name);

const list = (title, sentences) => (sentences.length
  ? [make('p', {}, make('strong', {}, title)), make('ul', {}, sentences.map((s) => make('li', {}, make('bdi', {}, named(s)))))]
  : []);

function show(preview) {
  isRefused = !preview.is_readable;
  const times = preview.times;
  const numeric = preview.columns.filter((c) => c.kind === 'numeric').length;
  element('look').replaceChildren(
    ...(preview.refused ? [make('p', { class: 'wrong' }, make('bdi', {}, named(preview.refused)))] : []),
    ...(times ? [make('p', {},
      `${preview.is_head ? 'Its beginning holds' : 'It holds'} ${times.rows.toLocaleString()} rows from ${String(times.first).replace('T', ' ')} to `
      + `${String(times.last).replace('T', ' ')}, a row every ${span(times.step)}, with ${numeric} ${numeric === 1 ? 'column' : 'columns'} of numbers. `,
      'Its times stand in ', name(times.column), `, written ${times.form}.`)] : []),
    ...list('Left out', preview.left_out),
    ...list('Worth a look', preview.warnings),
    ...(preview.series.length ? list('It holds several series, each a dataset of its own', preview.series) : []),
    make('div', { class: 'scroll', tabindex: '0' }, table(['Column', 'Taken for', 'First values'],
      preview.columns.map((c) => [name(c.name), c.kind, name(c.sample.slice(0, 3).join(' · '))]))));
  const given = answers();
  const asked = new Set(preview.questions.map((q) => q.option));
  const kept = [...given].filter(([option]) => !asked.has(option)).map(([option, value]) => make('input', { type: 'hidden', name: option, value }));
  element('questions').replaceChildren(...kept, ...preview.questions.map((q) => question(q, given.get(q.option))));
}

/** An answer in words, where its value alone says little. */
const spoken = (option, choice) => {
  const words = [choice].flat().map((c) => (typeof c === 'object' ? JSON.stringify(c) : String(c))).join(', ');
  return { missing_words: `${words}: a missing value`, thousands: `${words} between thousands`, decimal: `${words} before decimals` }[option] ?? words;
};

function question({ option, choices, question: text }, given) {
  const written = (choice) => (typeof choice === 'string' ? choice : JSON.stringify(choice));
  const field = choices.length
    ? make('select', { name: option }, make('option', { value: '' }, 'Choose…'),
      choices.map((c) => make('option', { value: written(c), selected: written(c) === given }, spoken(option, c))))
    : make('input', { name: option, value: given, autocomplete: 'off' });
  field.addEventListener('change', look);
  return make('label', { class: 'question' }, make('bdi', {}, named(text)), field);
}

const size = (bytes) => (bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1048576).toFixed(1)} MB`);

function take(chosen) {
  hold();
  file = chosen;
  element('store').hidden = false;
  element('store-title').replaceChildren(name(file.name), ` (${size(file.size)})`);
  element('name').value = file.name.replace(/(\.csv)?(\.gz)?$/i, '').replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '').slice(0, 64);
  element('questions').replaceChildren();
  element('stored').replaceChildren();
  element('store-title').focus();
  look();
}

/** Sends the file, telling how far it is: only this kind of request can. */
function send(path) {
  const bar = element('sent');
  bar.hidden = false;
  bar.value = 0;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', path);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    Object.entries(ours).forEach(([header, value]) => request.setRequestHeader(header, value));
    request.responseType = 'json';
    request.upload.onprogress = (e) => { bar.value = (100 * e.loaded) / e.total; };
    request.onerror = () => reject(new Error('The server does not answer, or ended the transfer.'));
    request.onload = () => (request.status === 201
      ? resolve(request.response)
      : reject(Object.assign(new Error(request.response?.detail ?? `The server answered ${request.status}.`), { status: request.status })));
    request.send(file);
  }).finally(() => { bar.hidden = true; });
}

async function store(event) {
  event.preventDefault();
  const output = element('stored');
  output.className = '';
  output.replaceChildren('Sending…');
  const path = address(`/datasets/${encodeURIComponent(element('name').value)}`);
  try {
    const stored = await send(path).catch(async (refused) => {
      if (refused.status !== 401 || !(await enter())) throw notSignedIn(refused);
      return send(path);
    });
    const names = stored.series.length ? stored.series : [stored.name];
    output.replaceChildren(
      `Stored ${stored.rows.toLocaleString()} rows as version ${stored.version}. Look at it and start a pipeline: `,
      ...names.flatMap((n) => [make('a', { href: `/ui/data/${encodeURIComponent(n)}` }, name(n)), ' ']),
      ...list('Worth a look', stored.warnings));
  } catch (refused) {
    output.className = 'wrong';
    output.replaceChildren(refused.message);
  }
}

export function start() {
  const drop = element('drop');
  drop.addEventListener('dragover', (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
  drop.addEventListener('dragleave', () => drop.classList.remove('over'));
  drop.addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    if (event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
  });
  element('file').addEventListener('change', (event) => event.target.files.length && take(event.target.files[0]));
  element('store').addEventListener('submit', store);
  document.addEventListener('session', () => { if (allow() && file && !element('look').hasChildNodes()) look(); });
  if (element('file').files.length) take(element('file').files[0]); // Chosen before this script was there.
}

import { read, who } from './api.js';
import { make, name, show, table } from './dom.js';

// Whether all parts work, and what is served here, asked every ten seconds; what else belongs to the system, every minute.

const badge = (state) => make('span', { class: `badge ${state === 'ok' ? 'good' : state === 'starting' ? 'busy' : 'bad'}` }, state);
const time = (text) => (text
  ? make('time', { datetime: text }, new Date(text).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })) : '–');
const list = (head, rows) => make('div', { class: 'scroll', tabindex: '0' }, table(head, rows));
const remark = (...parts) => make('p', { class: 'quiet-text' }, ...parts);
const shown = new Map(); // What each section was made of: what did not change is left as somebody reads it.

/** Makes a section of what the API answers; what goes wrong is told there. */
async function fill(id, ask, view) {
  const section = document.getElementById(id);
  let [text, contents] = ['', null];
  try {
    const answer = await ask();
    text = JSON.stringify(answer);
    if (shown.get(id) !== text) contents = [view(answer)].flat();
  } catch (refused) {
    [text, contents] = [refused.message, [make('p', { class: 'wrong' }, refused.message)]];
  }
  if (contents && shown.get(id) !== text) section.replaceChildren(section.querySelector('h2'), ...contents);
  shown.set(id, text);
}

/** Choices of a command's form; what was chosen stays so. */
function choices(of, options) {
  for (const select of document.querySelectorAll(`[data-list=${of}]`)) {
    const chosen = select.value;
    select.replaceChildren(...options.map(([value, text]) => make('option', { value, selected: value === chosen }, text)));
    select.form.hidden = !options.length && of !== 'datasets'; // Nothing there to be done.
  }
}

const ready = () => fill('ready', () => read('/readyz', { status: [200, 503] }), (answer) => list(
  ['Part', 'State', 'Why'],
  [['all', badge(answer.status), ''], ...Object.entries(answer.parts).map(([part, s]) => [part.replaceAll('_', ' '), badge(s.state), s.reason ?? ''])]));

const loaded = () => fill('loaded', () => read('/models/loaded'), (answer) => (answer.items.length
  ? list(
    ['Identifier', 'Model', 'Version', 'Rows it looks back', 'Columns it forecasts'],
    answer.items.map((m) => [
      make('a', { href: `/ui/stations/${encodeURIComponent(m.identifier)}` }, name(m.identifier)), m.model_type, m.version, m.input_len,
      make('span', { class: 'name' }, ...m.targets.flatMap((t, i) => [i ? ', ' : '', make('bdi', {}, t)])),
    ]))
  : make('p', {}, 'None yet: a model is loaded when one was promoted.')));

const schedules = () => fill('schedules', () => read('/schedules'), ({ items }) => {
  choices('schedules', items.map((s) => [s.name, s.name]));
  choices('paused', items.filter((s) => s.paused).map((s) => [s.name, s.name]));
  if (!items.length) return make('p', {}, 'None: pipelines are started by hand.');
  const outcomes = (s) => Object.entries(s.outcomes).filter(([, count]) => count).map(([o, count]) => `${count} ${o.replaceAll('_', ' ')}`);
  return list(['Name', 'When', 'Dataset', 'Next', 'What came of it'], items.map((s) => [
    name(s.name), `${s.cron} (${s.zone})`, name(s.pipeline.dataset ?? ''),
    s.paused ? make('span', { class: 'bad' }, `paused: ${s.paused.reason}`) : time(s.next?.fires_at), outcomes(s).join(', ') || 'nothing yet',
  ]));
});

const retention = () => fill('retention', () => read('/retention/plan'), ({ enabled, totals, items }) => [
  remark(enabled
    ? 'What nobody needs any more is removed when its time has come.'
    : 'Nothing is removed: this is what would be, were it switched on (Retention:Enabled).'),
  ...(totals.length ? [list(
    ['Kind', 'Of them', 'Bytes', 'Out of use now', 'Bytes of those'],
    totals.map((t) => [t.kind, t.items, t.bytes, t.unused_now, t.bytes_unused_now]))] : [make('p', {}, 'Nothing falls out of use.')]),
  ...(items.length ? [make('details', {}, make('summary', {}, `The first ${items.length}`), list(
    ['Kind', 'Of', 'Id', 'Bytes', 'Why', 'Removed from'],
    items.map((i) => [i.kind, name(i.identifier), make('code', { title: i.id }, i.id.slice(-8)), i.bytes, make('bdi', {}, i.reason), time(i.prune_at)])))]
    : []),
]);

/** What only the role admin may see. */
function fillForAdmin(id, path, view) {
  if (who.may.includes('admin')) return fill(id, () => read(path), view);
  return fill(id, () => Promise.resolve(who.role), () => remark(`Shown to the role admin; you ${who.role ? `have ${who.role}` : 'are not signed in'}.`));
}

const keys = () => fillForAdmin('keys', '/keys', ({ items }) => {
  choices('keys', items.filter((k) => k.state === 'valid').map((k) => [k.id, `${k.name} (${k.role})`]));
  if (!items.length) return make('p', {}, 'None but the admin key, which is always there.');
  return list(['Name', 'Role', 'State', 'Made', 'By', 'Until', 'Used last'], items.map((k) => [
    name(k.name), k.role, k.state, time(k.created_at), name(k.created_by), time(k.expires_at), time(k.used_at)]));
});

const audit = () => fillForAdmin('audit', '/audit?limit=50', ({ items, next }) => [
  items.length ? list(['When', 'Who', 'Shown by', 'From', 'Call', 'Answer'], items.map((a) => [
    time(a.at), name(a.actor_name), a.via, a.address, make('bdi', { class: 'waiting call' }, `${a.method} ${a.path}`),
    `${a.status ?? 'none'}${a.calls > 1 ? `, ${show(a.calls)} times` : ''}`,
  ])) : make('p', {}, 'Nothing was changed yet.'),
  ...(next ? [remark('The newest 50; all of them: GET /audit.')] : []),
]);

const datasets = () => read('/datasets').then(({ items }) => choices('datasets', items.map((d) => [d.name, d.name]))).catch(() => {});

export function start() {
  const often = () => document.hidden || Promise.all([ready(), loaded()]);
  const seldom = () => document.hidden || Promise.all([schedules(), retention(), keys(), audit(), datasets()]);
  for (const [ask, seconds] of [[often, 10], [seldom, 60]]) {
    ask();
    setInterval(ask, seconds * 1000);
  }
  document.addEventListener('refreshed', seldom); // A command was carried out.
  document.addEventListener('session', seldom);
}

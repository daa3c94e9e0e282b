import { read } from './api.js';
import { make, name, table } from './dom.js';

// Whether all parts work, and what is served here; asked again every ten seconds.

const badge = (state) => make('span', { class: `badge ${state === 'ok' ? 'good' : state === 'starting' ? 'busy' : 'bad'}` }, state);

async function fill(id, ask, show) {
  const section = document.getElementById(id);
  let content;
  try {
    content = show(await ask());
  } catch (refused) {
    content = make('p', { class: 'wrong' }, refused.message);
  }
  section.replaceChildren(section.querySelector('h2'), content);
}

const ready = () => fill('ready', () => read('/readyz', { status: [200, 503] }), (answer) => make('div', { class: 'scroll', tabindex: '0' }, table(
  ['Part', 'State', 'Why'],
  [['all', badge(answer.status), ''], ...Object.entries(answer.parts).map(([part, s]) => [part.replaceAll('_', ' '), badge(s.state), s.reason ?? ''])])));

const loaded = () => fill('loaded', () => read('/models/loaded'), (answer) => (answer.items.length
  ? make('div', { class: 'scroll', tabindex: '0' }, table(
    ['Identifier', 'Model', 'Version', 'Rows it looks back', 'Columns it forecasts'],
    answer.items.map((m) => [
      make('a', { href: `/ui/stations/${encodeURIComponent(m.identifier)}` }, name(m.identifier)), m.model_type, m.version, m.input_len,
      name(m.targets.join(', ')),
    ])))
  : make('p', {}, 'None yet: a model is loaded when one was promoted.')));

export function start() {
  const ask = () => document.hidden || (ready(), loaded());
  ask();
  setInterval(ask, 10000);
}

import { read } from './api.js';
import { make, name, table } from './dom.js';

// What a dataset is like: in sentences first, then column by column.

const plural = (count, one, many) => `${count.toLocaleString()} ${count === 1 ? one : many}`;

function duration(seconds) {
  const [length, word] = seconds % 86400 === 0 ? [seconds / 86400, 'day'] : seconds % 3600 === 0 ? [seconds / 3600, 'hour']
    : seconds % 60 === 0 ? [seconds / 60, 'minute'] : [seconds, 'second'];
  return plural(length, word, `${word}s`);
}

function sentences(part, title) {
  const s = part.series;
  const lost = [
    [s.gaps, `${plural(s.gaps, 'gap', 'gaps')} of together ${plural(s.gap_rows, 'row', 'rows')}`],
    [s.long_gaps, `${plural(s.long_gaps, 'gap', 'gaps')} too long to be filled, which part the series`],
    [s.duplicates, `${plural(s.duplicates, 'row', 'rows')} of a time that is there twice`],
    [s.off_grid, `${plural(s.off_grid, 'row', 'rows')} off the grid`],
  ].filter(([count]) => count).map(([, words]) => words);
  return make('li', {},
    `${title}: ${plural(s.rows_read, 'row', 'rows')} from ${part.first} to ${part.last}, one every ${s.step ?? duration(s.step_seconds)}. `,
    lost.length ? `It has ${lost.join(', ')}.` : 'It has no gaps.');
}

/** Where nothing was measured: the longest gaps, as a reading of the whole series shows them. */
async function gaps(dataset, column) {
  const series = await read(`/datasets/${encodeURIComponent(dataset)}/series?columns=${encodeURIComponent(column)}&points=10000`);
  const [of] = series.columns;
  const width = series.bucket_seconds ?? series.step_seconds;
  const found = [];
  (of.values ?? of.min).forEach((value, i) => {
    if (value !== null) return;
    const last = found.at(-1);
    if (last?.end === i - 1) last.end = i;
    else found.push({ start: i, end: i });
  });
  const rows = found.sort((a, b) => (b.end - b.start) - (a.end - a.start)).slice(0, 20)
    .map((g) => [series.ts[g.start].replace('T', ' '), series.ts[g.end].replace('T', ' '), duration((g.end - g.start + 1) * width)]);
  if (!rows.length) return null;
  const whole = series.bucket_seconds ? `, of those of at least ${duration(width)}` : '';
  return make('details', {}, make('summary', {}, `The longest gaps${whole}`),
    make('div', { class: 'scroll', tabindex: '0' }, table(['Nothing from', 'to', 'Length'], rows)));
}

/** The series, its day and its distribution, drawn by the server; asked for when they are looked at. */
function pictures(dataset, columns) {
  const select = make('select', {}, columns.map((c, i) => make('option', { value: String(i) }, c.name.length > 40 ? `${c.name.slice(0, 39)}…` : c.name)));
  const place = make('div', {});
  const details = make('details', {}, make('summary', {}, 'Distribution and day of a column'),
    make('p', { class: 'controls' }, make('label', {}, 'Column ', select)), place);
  const draw = () => {
    if (!details.open) return;
    const column = columns[Number(select.value)].name;
    const image = make('img', {
      class: 'picture', alt: `${column}: the series, the mean of each time of the day, and how often which values occur`,
      src: `/datasets/${encodeURIComponent(dataset)}/plots/${encodeURIComponent(column)}`,
    });
    image.addEventListener('error', () => place.replaceChildren(make('p', { class: 'wrong' }, 'It cannot be drawn.')));
    place.replaceChildren(image);
  };
  details.addEventListener('toggle', draw);
  select.addEventListener('change', draw);
  return details;
}

export async function start() {
  const section = document.getElementById('profile');
  const { dataset } = JSON.parse(section.dataset.about);
  const note = section.querySelector('.note');
  try {
    const profile = await read(`/datasets/${encodeURIComponent(dataset)}/profile`);
    const head = ['Column', 'Values', 'Missing', 'Mean', 'Spread (sd)', 'Least', '5 %', 'Median', '95 %', 'Greatest'];
    const rows = profile.columns.map((c) => [
      name(c.name), c.count, c.missing, c.mean, c.sd, c.min, c.q05, c.median, c.q95, c.max,
    ]);
    note.replaceWith(
      make('ul', {}, sentences(profile.train, profile.test ? 'Train' : 'The file'), profile.test ? sentences(profile.test, 'Test') : null,
        profile.warnings.map((w) => make('li', {}, make('bdi', {}, w)))),
      make('div', { class: 'scroll', tabindex: '0' }, table(head, rows)));
    // A header that fits what is appended: every column has to be named.
    document.querySelector('#append textarea').placeholder = ['time', ...profile.columns.map((c) => c.name)].join(',');
    section.append(pictures(dataset, profile.columns));
    const lost = (profile.train.series.gaps || profile.test?.series.gaps) && await gaps(dataset, profile.columns[0].name).catch(() => null);
    if (lost) section.append(lost);
  } catch (refused) {
    note.textContent = refused.message;
    note.classList.add('wrong');
  }
}

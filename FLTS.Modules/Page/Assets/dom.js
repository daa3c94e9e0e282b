// Elements from text: nothing that came from data is ever read as markup.

/** An element with attributes and children; text stays text. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) element.setAttribute(attribute, value === true ? '' : value);
  }
  element.append(...children.flat().filter((c) => c !== null && c !== undefined));
  return element;
}

/** A name that people or files gave. */
export const name = (text) => make('bdi', { class: 'name' }, text);

/** A step as the API writes it (1.02:03:00), as a person does; one of the calendar stays as it is. */
export function span(step) {
  const parts = /^(?:(\d+)\.)?(\d\d):(\d\d):(\d\d)$/.exec(step);
  if (!parts) return String(step).replaceAll('_', ' ');
  return ['days', 'h', 'min', 's'].map((unit, i) => [Number(parts[i + 1] ?? 0), unit]).filter(([n]) => n)
    .map(([n, unit]) => `${n} ${n === 1 && unit === 'days' ? 'day' : unit}`).join(' ');
}

/** A table; numbers are aligned. */
export function table(head, rows) {
  const isNumber = head.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  const cell = (kind) => (content, column) => make(
    kind, { class: isNumber[column] ? 'number' : undefined }, typeof content === 'number' ? show(content) : (content ?? '–'));
  return make('table', { class: 'list' },
    make('thead', {}, make('tr', {}, head.map(cell('th')))),
    make('tbody', {}, rows.map((row) => make('tr', {}, row.map(cell('td'))))));
}

/** A number as a person reads it. */
export function show(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e15 || size < 1e-4)) return value.toExponential(3);
  if (size >= 1e4) {
    const [factor, letter] = size >= 1e12 ? [1e12, 'T'] : size >= 1e9 ? [1e9, 'G'] : size >= 1e6 ? [1e6, 'M'] : [1e3, 'k'];
    return `${Number((value / factor).toPrecision(4))} ${letter}`;
  }
  return String(Number(value.toPrecision(4)));
}

export const withUnit = (value, unit) => {
  const text = show(value);
  return !unit || text === '–' ? text : /[kMGT]$/.test(text) ? text + unit : `${text} ${unit}`;
};

/** How long ago, or how far ahead. */
export function age(milliseconds) {
  const seconds = Math.abs(milliseconds) / 1000;
  const text = seconds < 60 ? `${Math.floor(seconds)} s` : seconds < 3600 ? `${Math.floor(seconds / 60)} min`
    : seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} days`;
  return milliseconds < 0 ? `in ${text}` : `${text} ago`;
}

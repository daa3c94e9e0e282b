import { Refused, read } from './api.js';
import { make, show, table, withUnit } from './dom.js';

// Charts by Apache ECharts. Everything is drawn on its canvas, tooltips too: no markup is made of data.

const live = (kind) => async (figure, about) => (await import('./live.js'))[kind](figure, about);
const charts = { station, dataset: station, leads, losses, live: live('live'), then: live('stood'), compare: live('compare') };
export const address = encodeURIComponent;

const after = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const painted = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));

/**
 * The library; while it comes, what is to be drawn is asked for. It takes the browser longer than the rest of the page: a picture that
 * came with it is on the screen first.
 */
const library = (document.querySelector('.first') ? Promise.race([painted(), after(500)]) : Promise.resolve()).then(
  () => new Promise((resolve, reject) => {
    document.head.append(Object.assign(make('script', { src: '/ui/assets/echarts.js' }), {
      onload: resolve, onerror: () => reject(new Error('The chart library does not come: load the page again.')),
    }));
  }));

/** The first chart is what the page is opened for: the others draw when it is there, or takes long. */
export async function start() {
  const figures = [...document.querySelectorAll('[data-chart]')];
  for (const [i, figure] of figures.entries()) {
    const about = JSON.parse(figure.dataset.about);
    const draw = () => charts[figure.dataset.chart](figure, about).catch((refused) => tell(figure, refused.message));
    figure.addEventListener('about', () => {
      Object.assign(about, JSON.parse(figure.dataset.about)); // Another champion: those that ask again by themselves do so of that.
      if (figure.dataset.chart === 'leads') draw();
    });
    const drawn = draw().finally(() => { figure.dataset.settled = ''; });
    if (i === 0) await Promise.race([drawn.then(painted), after(2000)]);
  }
}

export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
export const tell = (figure, text) => { figure.querySelector('.note').textContent = text; };

/** A name as a canvas shows it: cut, and with its marks of direction kept to itself. */
export const label = (text) => `\u2068${(text.length > 40 ? `${text.slice(0, 39)}…` : text).replaceAll('{', '{\u200b')}\u2069`;

/** The unit of a series' column, as a canvas shows it. */
export const unitOf = (series) => (series?.columns[0].unit ? label(series.columns[0].unit) : undefined);

const views = new WeakMap();

/** The chart in a figure: `option` is made anew when the colours of the system change. */
export async function view(figure) {
  await library;
  if (!views.has(figure)) views.set(figure, newView(figure));
  return views.get(figure);
}

function newView(figure) {
  const plot = figure.querySelector('.plot');
  const chart = window.echarts.init(plot); // Clears the place; in the same turn it is drawn.
  let make_ = null;
  let numbers = null;
  const draw = () => {
    if (make_) chart.setOption(make_(), { notMerge: true });
  };
  new ResizeObserver(() => { // It tells of the first size too, which is known.
    if (chart.getWidth() !== plot.clientWidth || chart.getHeight() !== plot.clientHeight) chart.resize();
  }).observe(plot);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  const details = figure.querySelector('details');
  const fill = () => details.open && numbers && showNumbers(details, figure, numbers());
  details.addEventListener('toggle', fill);
  enableKeys(plot, chart);
  return {
    chart,
    set(option, table) {
      [make_, numbers] = [option, table];
      draw();
      fill();
    },
  };
}

function showNumbers(details, figure, { head, rows }) {
  const csv = () => {
    const cell = (value) => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
    const text = [head, ...rows].map((row) => row.map((v) => cell(String(v ?? ''))).join(',')).join('\n');
    const link = make('a', { href: URL.createObjectURL(new Blob([text], { type: 'text/csv' })), download: `${figure.dataset.chart}.csv` });
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const button = make('button', { type: 'button', class: 'quiet' }, 'As CSV');
  button.addEventListener('click', csv);
  details.querySelector('.scroll').replaceChildren(table(head, rows));
  details.querySelector('.buttons')?.remove();
  details.append(make('p', { class: 'buttons' }, button));
}

/** Left and right move the cursor from point to point, + and - zoom. */
function enableKeys(plot, chart) {
  let at = -1;
  plot.addEventListener('keydown', (event) => {
    const series = chart.getOption()?.series ?? [];
    const seriesIndex = series.findLastIndex((s) => s.name && s.data?.length);
    if (seriesIndex < 0) return;
    const last = series[seriesIndex].data.length - 1;
    const move = { ArrowLeft: Math.max(0, at - 1), ArrowRight: Math.min(last, at + 1), Home: 0, End: last }[event.key];
    const zoom = chart.getOption().dataZoom?.[0];
    if (move !== undefined) {
      at = move;
      chart.dispatchAction({ type: 'showTip', seriesIndex, dataIndex: at });
    } else if (zoom && ['+', '-'].includes(event.key)) {
      const [middle, half] = [(zoom.start + zoom.end) / 2, ((zoom.end - zoom.start) / 2) * (event.key === '+' ? 0.5 : 2)];
      chart.dispatchAction({ type: 'dataZoom', start: Math.max(0, middle - half), end: Math.min(100, middle + half) });
    } else {
      return;
    }
    event.preventDefault();
  });
}

export function base(unit) {
  const axis = { axisLine: { lineStyle: { color: colour('line') } }, axisLabel: { color: colour('soft'), hideOverlap: true } };
  return {
    animation: false,
    useUTC: true,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 }, // A canvas inherits none.
    grid: { left: 8, right: 16, top: 44, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, type: 'scroll', textStyle: { color: colour('ink') }, formatter: label, itemWidth: 26, itemHeight: 8 },
    tooltip: {
      trigger: 'axis', renderMode: 'richText', confine: true, backgroundColor: colour('card'), borderColor: colour('line'),
      textStyle: { color: colour('ink'), fontSize: 12 },
    },
    xAxis: { ...axis, splitLine: { show: false } },
    yAxis: {
      ...axis, type: 'value', scale: true, splitLine: { lineStyle: { color: colour('line') } },
      axisLabel: { ...axis.axisLabel, formatter: (v) => withUnit(v, unit) },
    },
  };
}

/** An axis of times; a day is told with its month. */
export const ofTimes = (axis) => ({
  ...axis, type: 'time', axisLabel: { ...axis.axisLabel, formatter: { year: '{yyyy}', month: '{MMM} {yyyy}', day: '{d} {MMM}' } },
});

// Times are drawn as the clock of the dataset shows them: their offset is left out, and the axis is one of UTC.
export const clock = (text) => Date.parse(`${text.replace(/(Z|[+-]\d\d:\d\d)$/, '')}Z`);
export const written = (time) => new Date(time).toISOString().slice(0, 19);
export const shown = (time) => written(time).replace('T', ' ');

/** The points of a column; each bucket is drawn through its first, least, greatest and last value. */
export function points(series) {
  const [column] = series.columns;
  const quarter = (series.bucket_seconds ?? 0) * 250;
  return series.ts.flatMap((text, i) => {
    const at = clock(text);
    if (column.values) return [[at, column.values[i]]];
    if (column.min[i] === null) return [[at, null]];
    return [[at, column.first[i]], [at + quarter, column.min[i]], [at + 2 * quarter, column.max[i]], [at + 3 * quarter, column.last[i]]];
  });
}

/** What was measured, read again as it is zoomed into; of a station also what is forecast. */
async function station(figure, about) {
  const column = figure.querySelector('[name=column]');
  const steps = figure.querySelector('[name=steps]');
  if (!about.dataset) {
    tell(figure, 'The data of this champion is not known here any more.');
    return;
  }
  const path = `/datasets/${address(about.dataset)}`;
  const columns = about.targets?.length ? about.targets : (await read(`${path}/profile`)).columns.map((c) => c.name);
  column.replaceChildren(...columns.map((c) => make('option', { value: c }, c.length > 40 ? `${c.slice(0, 39)}…` : c)));

  let viewing = null;
  let picture = null;
  const pixels = () => Math.max(200, Math.min(2000, Math.round(figure.querySelector('.plot').clientWidth / 2)));
  const measured = (span) => read(`${path}/series?columns=${address(column.value)}&points=${pixels()}${span}`);
  let whole;
  let fine;
  let forecast;
  let tag = '';

  const forecasts = () => (about.identifier
    ? read(`/predict/${address(about.identifier)}?steps=${steps.value}&level=80`).catch((refused) => {
      if (!(refused instanceof Refused)) throw refused;
      return { refused: refused.message };
    })
    : null);

  const merged = () => {
    const rest = points(whole);
    if (!fine?.ts.length) return rest;
    const inner = points(fine);
    const [from, to] = [inner[0][0], inner.at(-1)[0]];
    return [...rest.filter(([t]) => t < from), ...inner, ...rest.filter(([t]) => t > to)];
  };

  const ahead = () => (forecast?.predictions ?? []).map((p, i) => {
    const interval = forecast.intervals?.['80']?.[column.value]?.[i] ?? [null, null];
    return { at: clock(p.ts), value: p[column.value], low: interval[0], high: interval[1] };
  });

  const legend = () => ['Measured', ...(about.identifier ? ['Forecast'] : [])].map((name) => ({ name })).concat(
    about.identifier ? [{ name: '80 % band', icon: 'roundRect', itemStyle: { color: colour('forecast'), opacity: 0.35 } }] : []);

  const option = (zoom) => () => {
    const unit = unitOf(whole);
    const last = clock(whole.last);
    const list = ahead();
    const line = { type: 'line', symbol: 'none', connectNulls: false, lineStyle: { width: 1 } }; // Wider ones are drawn ten times slower.
    const band = { type: 'line', symbol: 'none', stack: 'band', stackStrategy: 'all', lineStyle: { opacity: 0 }, silent: true };
    const picture_ = base(unit);
    return {
      ...picture_,
      grid: { ...picture_.grid, bottom: 44 },
      xAxis: ofTimes(picture_.xAxis),
      dataZoom: [
        { type: 'inside', filterMode: 'filter', ...zoom }, // So that the height fits what is seen.
        {
          type: 'slider', height: 22, bottom: 8, filterMode: 'filter', borderColor: colour('line'), fillerColor: colour('band'),
          textStyle: { color: colour('soft') }, labelFormatter: (v) => shown(v).slice(0, 16), brushSelect: false, ...zoom,
        },
      ],
      legend: { ...picture_.legend, data: legend() },
      tooltip: { ...picture_.tooltip, formatter: (hits) => tip(hits, list, unit) },
      series: [
        {
          ...line, name: 'Measured', data: merged(), itemStyle: { color: colour('measured') },
          markLine: about.identifier ? {
            silent: true, symbol: 'none', data: [{ xAxis: last }], lineStyle: { color: colour('soft'), type: 'dotted' },
            label: { formatter: 'newest row', color: colour('soft'), position: 'insideEndTop' },
          } : undefined,
        },
        ...(list.length ? [
          { ...band, data: list.map((f) => [f.at, f.low]) },
          {
            ...band, name: '80 % band', itemStyle: { color: colour('band') }, areaStyle: { color: colour('band'), opacity: 1 },
            data: list.map((f) => [f.at, f.low === null || f.high === null ? null : f.high - f.low]),
          },
          {
            ...line, name: 'Forecast', itemStyle: { color: colour('forecast') }, lineStyle: { width: 2 },
            data: list.map((f) => [f.at, f.value]),
          },
        ] : []),
      ],
    };
  };

  const tip = (hits, list, unit) => {
    const at = hits[0].axisValue;
    const found = list.find((f) => f.at === at);
    const own = hits.filter((h) => h.seriesName === 'Measured' && h.value[1] !== null).map((h) => `Measured ${withUnit(h.value[1], unit)}`);
    const next = found ? [`Forecast ${withUnit(found.value, unit)}`, `80 %: ${withUnit(found.low, unit)} to ${withUnit(found.high, unit)}`] : [];
    return [shown(at), ...own, ...next].join('\n');
  };

  const numbers = () => (about.identifier
    ? { head: ['Time', 'Forecast', '80 % from', 'to'], rows: ahead().map((f) => [shown(f.at), f.value, f.low, f.high]) }
    : { head: ['Time', 'Measured'], rows: points(fine ?? whole).slice(-500).map(([t, v]) => [shown(t), v]) });

  const currentZoom = () => {
    const zoom = picture?.chart.getOption()?.dataZoom?.[0];
    return zoom ? { startValue: zoom.startValue, endValue: zoom.endValue } : {};
  };

  const load = async () => {
    [whole, forecast] = await Promise.all([measured(''), forecasts()]);
    const step = whole.step_seconds * 1000;
    const last = clock(whole.last);
    const end = Math.max(last, ahead().at(-1)?.at ?? last); // A model of a sample may forecast what has come already.
    const from = Math.max(clock(whole.first), last - Math.max(200, 3 * (end - last) / step) * step);
    const zoom = about.identifier ? { startValue: from, endValue: end } : {};
    fine = about.identifier ? await measured(`&from=${written(from)}`) : null;
    tag = JSON.stringify([forecast?.predictions?.[0], forecast?.version, whole.last]);
    viewing ??= view(figure).then(zoomable);
    picture = await viewing;
    picture.set(option(zoom), numbers);
    tell(figure, forecast?.refused ?? (forecast?.warnings ?? []).join(' '));
    newest();
  };

  const newest = () => {
    const place = document.getElementById('newest');
    if (!place || !whole) return;
    const at = new Date(/(Z|[+-]\d\d:\d\d)$/.test(whole.last) ? whole.last : `${whole.last}Z`);
    place.textContent = `${Math.max(0, Math.floor((Date.now() - at) / 60000)) < 1 ? 'now' : since(Date.now() - at)}`;
    place.title = whole.last;
  };

  // Asked for at once, and while one is asked for no other: the last place is always the one that is drawn at the end.
  let isAsked = false;
  let isDue = false;
  const zoomable = (found) => {
    found.chart.on('datazoom', zoomed);
    return found;
  };
  const zoomed = async () => {
    isDue = true;
    if (isAsked) return;
    isAsked = true;
    while (isDue) {
      isDue = false;
      const { startValue, endValue } = currentZoom();
      const [of, read_] = [column.value, await measured(`&from=${written(startValue)}&to=${written(endValue)}`).catch(() => null)];
      if (of !== column.value || !read_?.ts.length) continue;
      fine = read_;
      picture.chart.setOption({ series: [{ data: merged() }] });
      await after(40); // Whoever drags on sees it, and asks again.
    }
    isAsked = false;
  };

  const change = () => load().catch((refused) => tell(figure, refused.message));
  column.addEventListener('change', change);
  steps?.addEventListener('change', change);
  document.addEventListener('refreshed', async () => {
    newest();
    const [again, rows] = await Promise.all([forecasts(), measured('')]).catch(() => []);
    if (rows && JSON.stringify([again?.predictions?.[0], again?.version, rows.last]) !== tag) change();
  });
  await load();
}

const since = (milliseconds) => {
  const minutes = milliseconds / 60000;
  return minutes < 60 ? `${Math.floor(minutes)} min ago` : minutes < 2880 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 1440)} days ago`;
};

export const palette = () => [0, 1, 2, 3, 4, 5, 6].map((i) => colour(`c${i}`));

/** The champion's error at each lead beside the references'. */
async function leads(figure, about) {
  const board = await read(`/scoreboards/${address(about.config_hash)}`).catch(() => ({ entries: [] }));
  const lines = board.entries.filter((e) => e.leads?.length && (e.kind === 'reference' || e.run_id === about.run_id));
  if (!lines.length) {
    figure.hidden = true;
    return;
  }
  const knots = [...new Set(lines.flatMap((e) => e.leads.map((l) => l.lead)))].sort((a, b) => a - b);
  const values = (entry) => knots.map((k) => entry.leads.find((l) => l.lead === k)?.rmse ?? null);
  const title = (entry) => (entry.kind === 'reference' ? entry.model_type : `${entry.model_type} (champion)`);
  lines.sort((a, b) => (a.kind === 'reference') - (b.kind === 'reference'));
  (await view(figure)).set(() => {
    const option = base('');
    return {
      ...option,
      color: palette(),
      grid: { ...option.grid, bottom: 28 },
      xAxis: {
        ...option.xAxis, type: 'category', data: knots.map(String), name: 'steps ahead', nameLocation: 'middle', nameGap: 28,
        nameTextStyle: { color: colour('soft') },
      },
      tooltip: {
        ...option.tooltip,
        formatter: (hits) => [`${hits[0].axisValue} steps ahead`, ...hits.map((h) => `${label(h.seriesName)} ${show(h.value)}`)].join('\n'),
      },
      series: lines.map((entry) => ({
        type: 'line', name: title(entry), data: values(entry), symbolSize: 5,
        lineStyle: { width: entry.kind === 'reference' ? 1.2 : 3, type: entry.kind === 'reference' ? 'dashed' : 'solid' },
      })),
    };
  }, () => ({ head: ['Steps ahead', ...lines.map(title)], rows: knots.map((k, i) => [k, ...lines.map((e) => values(e)[i])]) }));
}

/** How the runs of a pipeline learn, epoch by epoch. */
async function losses(figure, about) {
  let picture = null;
  const load = async () => {
    const all = await Promise.all(about.runs.map(async (run) => ({
      ...run, epochs: (await read(`/runs/${address(run.run_id)}/metrics`).catch(() => ({ epochs: [] }))).epochs,
    })));
    const runs = all.filter((run) => run.epochs.length > 1); // What is fitted at once draws no curve.
    figure.hidden = !runs.length;
    if (!runs.length) return;
    picture ??= await view(figure);
    const count = Math.max(...runs.map((run) => run.epochs.at(-1).epoch));
    const at = (run, part) => Array.from({ length: count }, (_, i) => run.epochs.find((e) => e.epoch === i + 1)?.[part] ?? null);
    const parts = runs.flatMap((run, i) => [['train_loss', 'training', 'solid'], ['val_loss', 'validation', 'dashed']]
      .filter(([part]) => run.epochs.some((e) => e[part] !== null))
      .map(([part, word, type]) => ({ name: `${run.model_type} ${word}`, data: at(run, part), type, colour: i })));
    picture.set(() => {
      const option = base('');
      return {
        ...option,
        grid: { ...option.grid, bottom: 28 },
        xAxis: {
          ...option.xAxis, type: 'category', data: Array.from({ length: count }, (_, i) => String(i + 1)), name: 'epoch',
          nameLocation: 'middle', nameGap: 28, nameTextStyle: { color: colour('soft') },
        },
        tooltip: {
          ...option.tooltip,
          formatter: (hits) => [`Epoch ${hits[0].axisValue}`, ...hits.map((h) => `${label(h.seriesName)} ${show(h.value)}`)].join('\n'),
        },
        series: parts.map((p) => ({
          type: 'line', name: p.name, data: p.data, symbolSize: 4, lineStyle: { type: p.type, width: 1.6 },
          itemStyle: { color: palette()[p.colour % 7] },
        })),
      };
    }, () => ({ head: ['Epoch', ...parts.map((p) => p.name)], rows: Array.from({ length: count }, (_, i) => [i + 1, ...parts.map((p) => p.data[i])]) }));
  };
  if (about.at_work) document.addEventListener('refreshed', () => load().catch(() => {}));
  await load();
}

import { read } from './api.js';
import { address, base, clock, colour, label, ofTimes, palette, points, shown, tell, unitOf, view, written } from './charts.js';
import { make, show, withUnit } from './dom.js';

// What came of forecasts: errors by hour, and a forecast as it stood then.

const roles = {
  champion: 'Champion', previous: 'Version before', shadow: 'Beside the champion', reference: 'Best reference', baseline: 'EWMA',
};
const measures = {
  mae: { title: 'share of each column\u2019s range', of: (score) => score?.mae ?? null },
  ratio: { title: 'times EWMA\u2019s error', of: (_, hour, role) => (role === 'champion' ? hour.ratio : null) },
  coverage_80: { title: 'share', of: (score) => score?.coverage_80 ?? null },
};
const short = (model) => { const [run, reference] = model.split('/'); return reference ? `${reference}` : run.slice(-8); };

/** Errors by hour of who is in force and who stands beside, with the changes of champion and what was noticed drawn in. */
export async function live(figure, about) {
  const [measure, lead] = ['measure', 'lead'].map((name) => figure.querySelector(`[name=${name}]`));
  let picture = null;
  let answer;
  let noticed;

  const draw = () => {
    const { of, title } = measures[measure.value];
    const lines = Object.keys(roles).map((role) => ({ role, data: answer.hours.map((h) => [clock(h.from), of(h[role], h, role)]) }))
      .filter((line) => line.data.some(([, value]) => value !== null));
    const [first, last] = [answer.hours[0], answer.hours.at(-1)].map((h) => clock(h.from));
    const inside = (at) => at >= first && at <= last;
    const changes = answer.models.filter((m) => m.role === 'champion').map((m) => ({ xAxis: clock(m.from), name: short(m.model) }))
      .filter(({ xAxis }, i) => i && inside(xAxis));
    const events = noticed.map((e) => ({ xAxis: clock(e.ts), name: e.kind })).filter(({ xAxis }) => inside(xAxis));
    const promised = measure.value === 'coverage_80' ? [{ yAxis: 0.8, name: '80 %' }] : measure.value === 'ratio' ? [{ yAxis: 1, name: '1' }] : [];
    picture.set(() => {
      const option = base('');
      const mark = (items, tone, position) => items.map((item) => ({
        ...item, lineStyle: { color: colour(tone), type: 'dashed' },
        label: { formatter: () => label(item.name), color: colour(tone), position },
      }));
      return {
        ...option,
        color: palette(),
        grid: { ...option.grid, top: 60 },
        xAxis: ofTimes(option.xAxis),
        yAxis: { ...option.yAxis, name: title, nameLocation: 'end', nameTextStyle: { color: colour('soft'), align: 'left' } },
        tooltip: {
          ...option.tooltip,
          formatter: (hits) => [`Hour from ${shown(hits[0].axisValue)}`, ...hits.filter((h) => h.value[1] !== null)
            .map((h) => `${h.seriesName} ${show(h.value[1])}`)].join('\n'),
        },
        dataZoom: [{ type: 'inside', filterMode: 'none' }],
        series: lines.map(({ role, data }, i) => ({
          type: 'line', name: roles[role], data, symbol: data.length < 60 ? 'circle' : 'none', symbolSize: 4, connectNulls: false,
          lineStyle: { width: role === 'champion' ? 2.5 : 1.4, type: ['reference', 'baseline'].includes(role) ? 'dashed' : 'solid' },
          itemStyle: { color: palette()[Object.keys(roles).indexOf(role)] },
          markLine: i ? undefined : {
            silent: true, symbol: 'none', data: [
              ...mark(changes, 'ink', 'insideEndTop'), ...mark(events, 'bad', 'insideEndBottom'), ...mark(promised, 'soft', 'insideEndTop')],
          },
        })),
      };
    }, () => ({
      head: ['Hour from', 'State', ...lines.map((l) => roles[l.role])],
      rows: answer.hours.map((h, i) => [shown(clock(h.from)), h.state.replace('_', ' '), ...lines.map((l) => l.data[i][1])]),
    }));
    figure.dataset.models = answer.models.length;
  };

  const load = async () => {
    const path = `/live/${address(about.identifier)}`;
    [answer, noticed] = await Promise.all([
      read(`${path}${lead.value ? `?lead=${lead.value}` : ''}`),
      read(`/drift?identifier=${address(about.identifier)}`).then((page) => page.items).catch(() => [])]);
    if (!lead.options.length) lead.replaceChildren(...answer.leads.map((l) => make('option', { value: l }, String(l))));
    const isEmpty = !answer.hours.length;
    figure.querySelector('.plot').hidden = isEmpty;
    tell(figure, answer.error ?? (isEmpty
      ? 'Nothing is scored yet. Each row that is appended to the data is compared with what was forecast for it; then earlier forecasts can be looked at here, too.' : ''));
    if (isEmpty) return;
    picture ??= await view(figure);
    draw();
  };
  const change = () => load().catch((refused) => tell(figure, refused.message));
  measure.addEventListener('change', () => (answer?.hours.length ? draw() : change()));
  lead.addEventListener('change', change);
  document.addEventListener('refreshed', change);
  await load();
}

/** The forecast of a moment that is chosen by the slider, beside what was measured since. */
export async function stood(figure, about) {
  const [column, at, said] = ['[name=column]', '[name=at]', 'output'].map((s) => figure.querySelector(s));
  const path = `/live/${address(about.identifier)}`;
  let picture = null;
  let span = null;
  let asked = 0;

  const time = () => written(span.first + Number(at.value) * span.step);
  const load = async () => {
    const mine = ++asked;
    const name = column.value ? `&column=${address(column.value)}` : '';
    const answer = await read(`${path}/forecast?level=80&at=${time()}${name}`);
    const times = answer.points.map((p) => clock(p.time));
    const origin = clock(answer.origin);
    const [from, to] = [origin - (times.at(-1) - origin) / 2, times.at(-1)];
    const series = about.dataset && await read(
      `/datasets/${address(about.dataset)}/series?columns=${address(answer.column)}&points=600&from=${written(from)}&to=${written(to)}`).catch(() => null);
    if (mine !== asked) return;
    said.textContent = shown(origin);
    tell(figure, '');
    const unit = unitOf(series);
    picture ??= await view(figure);
    const line = { type: 'line', connectNulls: false, lineStyle: { width: 1.5 } };
    const band = { ...line, symbol: 'none', stack: 'band', stackStrategy: 'all', lineStyle: { opacity: 0 }, silent: true };
    picture.set(() => {
      const option = base(unit);
      return {
        ...option,
        grid: { ...option.grid, bottom: 12 },
        xAxis: ofTimes(option.xAxis),
        dataZoom: [{ type: 'inside', filterMode: 'filter' }],
        legend: { ...option.legend, data: ['Measured', 'Forecast then', { name: '80 % band', icon: 'roundRect', itemStyle: { color: colour('forecast'), opacity: 0.35 } }] },
        tooltip: {
          ...option.tooltip,
          formatter: (hits) => {
            const point = answer.points[times.indexOf(hits[0].axisValue)];
            const own = hits.find((h) => h.seriesName === 'Measured' && h.value[1] !== null);
            return [shown(hits[0].axisValue), ...(own ? [`Measured ${withUnit(own.value[1], unit)}`] : []), ...(point
              ? [`Forecast ${withUnit(point.forecast, unit)}, ${point.lead} steps ahead`, `80 %: ${withUnit(point.low, unit)} to ${withUnit(point.high, unit)}`]
              : [])].join('\n');
          },
        },
        series: [
          {
            ...line, symbol: 'none', name: 'Measured', itemStyle: { color: colour('measured') },
            data: series ? points(series) : answer.points.map((p, i) => [times[i], p.truth]),
            markLine: {
              silent: true, symbol: 'none', data: [{ xAxis: origin }], lineStyle: { color: colour('soft'), type: 'dotted' },
              label: { formatter: 'the model saw up to here', color: colour('soft'), position: 'insideEndTop' },
            },
          },
          { ...band, data: answer.points.map((p, i) => [times[i], p.low]) },
          {
            ...band, name: '80 % band', itemStyle: { color: colour('band') }, areaStyle: { color: colour('band'), opacity: 1 },
            data: answer.points.map((p, i) => [times[i], p.low === null || p.high === null ? null : p.high - p.low]),
          },
          {
            ...line, name: 'Forecast then', symbolSize: 5, itemStyle: { color: colour('forecast') }, lineStyle: { width: 2 },
            data: answer.points.map((p, i) => [times[i], p.forecast]),
          },
        ],
      };
    }, () => ({
      head: ['Steps ahead', 'Time', 'Forecast', '80 % from', 'to', 'Measured'],
      rows: answer.points.map((p) => [p.lead, shown(clock(p.time)), p.forecast, p.low, p.high, p.truth]),
    }));
  };
  const change = () => load().catch((refused) => tell(figure, refused.message));

  /** What may be chosen: from the first forecast of rows that are scored, up to two weeks; one is made each half hour, or step. */
  const reach = async () => {
    const { models, scored_to: to, step_seconds: step } = await read(path);
    const from = models.filter((m) => m.role === 'champion').map((m) => clock(m.from));
    figure.hidden = !to || !from.length;
    if (figure.hidden) return false;
    const isAtEnd = at.value === at.max;
    const last = clock(to);
    const first = Math.min(last, Math.max(Math.min(...from), last - 14 * 86400000) + Math.max(1800, step) * 1000);
    const chosen = span && span.first + Number(at.value) * span.step;
    span = { first, step: step * 1000 };
    at.max = Math.max(0, Math.round((last - first) / span.step));
    at.value = isAtEnd ? Math.floor(at.max * 0.75) : Math.round((chosen - first) / span.step);
    return true;
  };
  column.replaceChildren(...(about.targets ?? []).map((c) => make('option', { value: c }, c.length > 40 ? `${c.slice(0, 39)}\u2026` : c)));
  let timer;
  at.addEventListener('input', () => {
    said.textContent = shown(span.first + Number(at.value) * span.step);
    clearTimeout(timer);
    timer = setTimeout(change, 120);
  });
  column.addEventListener('change', change);
  let isShown = await reach();
  if (isShown) await load();
  document.addEventListener('refreshed', async () => {
    if (document.activeElement === at) return; // Somebody chooses.
    const before = JSON.stringify(span);
    const now = await reach().catch(() => isShown);
    if (now && (!isShown || JSON.stringify(span) !== before)) change();
    isShown = now;
  });
}

/** Errors by lead of runs side by side. */
export async function compare(figure, about) {
  const found = await Promise.all(about.runs.map(async (run) => ({
    ...run, ...(await read(`/runs/${address(run.run_id)}/horizons`).catch(() => ({ leads: [] }))),
  })));
  const runs = found.filter((run) => run.leads.length);
  figure.hidden = !runs.length;
  if (!runs.length) return;
  const knots = [...new Set(runs.flatMap((r) => r.leads.map((l) => l.lead)))].sort((a, b) => a - b);
  const values = (run) => knots.map((k) => run.leads.find((l) => l.lead === k)?.rmse ?? null);
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
      series: runs.map((run) => ({ type: 'line', name: run.name, data: values(run), symbolSize: 5, lineStyle: { width: 2 } })),
    };
  }, () => ({ head: ['Steps ahead', ...runs.map((r) => r.name)], rows: knots.map((k, i) => [k, ...runs.map((r) => values(r)[i])]) }));
}

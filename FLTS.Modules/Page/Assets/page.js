import { askForKey, command, isBusy, leave, look, read, who } from './api.js';
import { show } from './dom.js';
import { listen } from './events.js';

const minute = 60000;
const drawn = 2000; // By then the page is.
const heard = 20000; // Where changes are told, only ages have to be brought up to date.

const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }); // Made once: that takes milliseconds.

/** Times of the server in the reader's own zone. */
function localTimes(root) {
  for (const time of root.querySelectorAll('time')) {
    const at = new Date(time.dateTime);
    time.title = time.textContent.trim();
    time.textContent = local.format(at);
  }
}

function bodyOf(form, isDry) {
  const body = JSON.parse(form.dataset.body);
  const models = [...form.querySelectorAll('[name=model_types]:checked')].map((box) => box.value);
  if (models.length) body.model_types = models;
  form.querySelectorAll('[data-flag]:checked').forEach((flag) => { body[flag.name] = true; });
  for (const field of form.querySelectorAll('select, input:not([type=checkbox], [data-confirm])')) {
    const value = field.value.trim();
    if (!value || form.dataset.path.includes(`{${field.name}}`)) continue;
    const [name, inner] = field.name.split('.');
    const typed = 'number' in field.dataset ? Number(value) : 'day' in field.dataset ? `${value}T00:00:00Z` : value;
    body[name] = inner ? { ...body[name], [inner]: typed } : typed;
  }
  if (isDry) body.dry_run = true;
  return body;
}

/** An address with the values of the form's fields in its braces. */
const filled = (form, path) => path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(form.querySelector(`[name=${name}]`).value));

function send(form, isDry) {
  const { path, method, dry } = form.dataset;
  const query = isDry && dry === 'address' ? `${path.includes('?') ? '&' : '?'}dry_run=true` : '';
  return command(filled(form, path) + query, bodyOf(form, isDry && dry === 'body'), { method });
}

/** What a dataset's removal takes. */
function goes({ name, versions, bytes, measurements, stations, offered_again: again }) {
  const some = (count, one) => `${count.toLocaleString()} ${one}${count === 1 ? '' : 's'}`;
  return `Would remove ${name}: ${some(versions, 'stored version')} of its files (${show(bytes)} bytes) and ${some(measurements, 'appended row')}. `
    + (stations.length ? `${stations.join(', ')} would have no newest rows to forecast from. ` : 'No station forecasts from it. ')
    + (again ? 'A file of its name lies in the datasets folder: it is offered again.' : '');
}

/** What the API answered, in a sentence. */
function told(answer, isDry, method) {
  if (answer?.offered_again !== undefined) return goes(answer);
  if (answer?.key) return `The key of ${answer.name} (${answer.role}): ${answer.key} – copy it now, it is told this once.`;
  if (answer?.cron) return `${answer.name} is due next ${answer.next ? new Date(answer.next.due_at).toLocaleString() : 'never'}.`;
  if (answer?.schedule) return `${answer.schedule}: ${answer.outcome.replaceAll('_', ' ')}${answer.reason ? `, ${answer.reason}` : ''}.`;
  if (answer?.attempt) {
    const { outcome, reason } = answer.attempt;
    return `${isDry ? 'Would end as' : 'Ended as'} ${String(outcome).replaceAll('_', ' ')}: ${reason.replace('below_baseline:', 'below_baseline (a simple forecast did no worse on the test part):')}`;
  }
  if (answer?.version && answer.model_type) {
    return `${isDry ? 'Would put' : 'Put'} ${answer.model_type} (run ${answer.run_id.slice(-8)}) in force as version ${answer.version}.`;
  }
  if (answer?.location?.startsWith('/live/')) {
    const run = `${answer.model_type} (run ${answer.run_id.slice(-8)})`;
    if (method === 'DELETE') return `${run} ${isDry ? 'would be' : 'is'} scored beside the champion no more.`;
    return isDry ? `Would score ${run} beside the champion.` : `${run} is scored beside the champion from the next rows on.`;
  }
  return 'Done.';
}

/** Whoever is signed in sees before trying what the API would not let him do. Who is not is asked for a key. */
async function allow(form) {
  const { needs, of, action } = form.dataset;
  const say = (text) => {
    form.querySelector('.look').disabled = Boolean(text);
    form.querySelector('.needs').textContent = text;
  };
  const lacks = who.role && !who.may.includes(needs) ? `Needs the role ${needs}; you have ${who.role}.` : '';
  say(lacks);
  if (!who.role || lacks || !of) return;
  const { allowed_actions: allowed } = await read(filled(form, of)).catch(() => ({}));
  if (allowed && !allowed.includes(action)) say('Not possible as it stands now.');
}

function enableCommand(form) {
  const [look, act, output] = ['.look', '.do', 'output'].map((s) => form.querySelector(s));
  const isDry = form.dataset.dry !== 'no';
  const say = (text, isWrong = false) => {
    output.textContent = text;
    output.classList.toggle('wrong', isWrong);
  };
  const run = async (work) => {
    look.disabled = act.disabled = true;
    form.dataset.busy = ''; // What comes of it is told here: the form stays.
    say('Working on it\u2026');
    try {
      await work();
    } catch (refused) {
      say(refused.message, true);
    } finally {
      delete form.dataset.busy;
      act.disabled = false;
      allow(form);
    }
  };
  const offer = () => {
    act.hidden = act.disabled = false; // What is disabled takes no focus.
    act.focus();
  };

  look.addEventListener('click', () => form.reportValidity() && run(async () => {
    const sure = form.querySelector('[data-confirm]');
    if (sure && sure.value.trim() !== sure.dataset.confirm) {
      sure.focus();
      throw new Error(`Type ${sure.dataset.confirm} first, to be sure that it is this one.`);
    }
    if (isDry) say(told(await send(form, true), true, form.dataset.method));
    else say(`Nothing is done yet: press \u201C${act.textContent}\u201D to do it.`);
    offer();
  }));
  form.addEventListener('input', (event) => {
    if (event.target.name === 'reason') return; // It changes nothing of what was shown, and comes to mind after it.
    act.hidden = true; // What was shown was shown of something else.
    delete form.dataset.done;
    say('');
    if (form.dataset.of.includes('{')) allow(form);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (act.hidden) {
      look.click();
      return;
    }
    run(async () => {
      const answer = await send(form, false);
      act.hidden = true;
      if (form.dataset.leads) {
        leave(form.dataset.leads);
        return;
      }
      if (answer?.location?.startsWith('/pipelines/') && !location.pathname.endsWith(answer.location)) {
        leave(`/ui${answer.location}`);
        return;
      }
      say(told(answer, false, form.dataset.method));
      delete form.dataset.busy;
      form.dataset.done = ''; // Other commands may be possible now.
      await refresh();
    });
  });
}

function enable(root) {
  localTimes(root);
  root.querySelectorAll('form.command').forEach((form) => {
    enableCommand(form);
    allow(form);
  });
  root.querySelectorAll('details[data-run]').forEach((details) => details.addEventListener(
    'toggle', () => details.open && import('./runs.js').then((runs) => runs.showParameters(details))));
  root.querySelectorAll('[data-bulk]').forEach((button) => button.addEventListener(
    'click', () => import('./runs.js').then((runs) => runs.doForAll(button, refresh))));
}

const isHeld = (part) => part.querySelector('[data-busy]') || (!part.querySelector('[data-done]') && (part.contains(document.activeElement)
  || [...part.querySelectorAll('input, output.wrong')].some((e) => (e.type === 'checkbox' ? e.checked : e.value))
  || (getSelection()?.type === 'Range' && part.contains(getSelection().anchorNode))));

/** What a command was said to do, it was said of something that has changed meanwhile. */
function withdraw(part) {
  for (const form of part.querySelectorAll('form.command:not([data-busy], [data-done])')) {
    const act = form.querySelector('.do');
    if (!act || act.hidden) continue;
    act.hidden = true;
    form.querySelector('output').textContent = 'What this is about has changed meanwhile: look again.';
  }
}

const sent = new WeakMap(); // What each part looked like as it was sent.

/** A page that is kept open all day must not look as if it were of now when it is not. */
function tellAway(isAway) {
  const place = document.getElementById('away');
  if (place.hidden === !isAway) return;
  place.hidden = !isAway;
  place.textContent = isAway ? `No answer from the server since ${local.format(new Date())}: what stands here is from before.` : '';
}

/** Fetches the page again and puts in what changed; what somebody types, chooses or reads stays. */
async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: 'text/html' } }).catch(() => ({ status: 0 }));
  tellAway(response.status === 0 || response.status >= 500);
  if (response.redirected) location.assign(response.url); // Signed out meanwhile.
  if (!response.ok || response.redirected) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  const main = document.getElementById('main');
  const isThere = (name) => (e) => document.querySelector(`[data-${name}="${e.dataset[name]}"]`);
  const isComplete = ['part', 'chart'].every((name) => [...fresh.querySelectorAll(`[data-${name}]`)].every(isThere(name)));
  if ('passing' in main.dataset || !isComplete) { // It has become another page: the first champion brings its charts along.
    if (!isBusy()) location.reload();
    return;
  }
  Object.assign(main.dataset, { ...fresh.getElementById('main').dataset });
  for (const next of fresh.querySelectorAll('[data-part]')) {
    const part = document.querySelector(`[data-part="${next.dataset.part}"]`);
    const markup = next.innerHTML;
    if (!part || sent.get(part) === markup) continue;
    if (isHeld(part)) {
      withdraw(part);
      continue;
    }
    const isOpen = [...part.querySelectorAll('details')].map((d) => d.open);
    const done = [...part.querySelectorAll('form[data-done]')].map((form) => [form.dataset.path, form.querySelector('output').textContent]);
    part.replaceChildren(...next.childNodes);
    for (const [path, said] of done) {
      const form = [...part.querySelectorAll('form.command')].find((f) => f.dataset.path === path);
      if (!form) continue;
      form.querySelector('output').textContent = said; // What came of a command stays until the next.
      form.dataset.done = '';
    }
    part.querySelectorAll('details').forEach((d, i) => { d.open = isOpen[i] ?? false; });
    sent.set(part, markup);
    enable(part);
  }
  for (const next of fresh.querySelectorAll('[data-chart]')) {
    const figure = document.querySelector(`[data-chart="${next.dataset.chart}"]`);
    if (!figure || figure.dataset.about === next.dataset.about) continue;
    figure.dataset.about = next.dataset.about;
    figure.dispatchEvent(new Event('about'));
  }
  document.dispatchEvent(new Event('refreshed'));
}

const tryRefresh = () => refresh().catch(() => {}); // It is asked again: a server that is started anew is away for a moment.

/** Where changes are told the page is asked for when one concerns it; else, and for the ages on it, from time to time. */
async function keepFresh() {
  const { dataset } = document.getElementById('main');
  const watched = () => JSON.parse(dataset.watch);
  let isDue = false;
  let isWaiting = false;
  const soon = async () => {
    isDue = true;
    if (isWaiting) return;
    isWaiting = true;
    while (isDue) {
      await new Promise((resolve) => setTimeout(resolve, 200)); // Changes come together.
      isDue = false;
      await tryRefresh();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    isWaiting = false;
  };
  const concerns = ({ kind, id }) => watched().some((w) => w === `${kind}/${id}` || w === `${kind}/*`);
  // What changed between the page and its first connection is asked for when it is drawn.
  const begun = () => setTimeout(soon, Math.max(0, drawn - performance.now()));
  const isHeard = watched().length ? listen((change) => concerns(change) && soon(), begun, tryRefresh) : () => false;
  let asked = Date.now();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const seconds = Number(dataset.refresh);
    const wait = seconds ? Math.max(seconds * 1000, isHeard() ? heard : 0) : minute;
    if (document.hidden || Date.now() - asked < wait) continue;
    if (seconds) await tryRefresh();
    asked = Date.now();
  }
}

const keyButton = document.getElementById('key-button');
function showWho() {
  keyButton.textContent = who.role ? `${who.name} · ${who.role}` : 'Sign in';
  document.getElementById('key-who').textContent = who.role ? `Signed in as ${who.name}, role ${who.role}.` : '';
  document.getElementById('key-out').hidden = !who.role;
  document.querySelectorAll('form.command').forEach(allow);
}
keyButton.addEventListener('click', askForKey);
document.addEventListener('session', showWho);
look();
document.querySelectorAll('[data-part]').forEach((part) => sent.set(part, part.innerHTML));
enable(document);
if (document.querySelector('[data-chart]')) import('./charts.js').then((charts) => charts.start());
if (document.getElementById('drop')) import('./upload.js').then((upload) => upload.start());
if (document.getElementById('demo')) import('./demo.js').then((demo) => demo.start());
if (document.getElementById('append')) import('./append.js').then((append) => append.start());
if (document.getElementById('profile')) import('./profile.js').then((profile) => profile.start());
if (document.getElementById('sign-in')) import('./sign-in.js').then((signIn) => signIn.start());
if (document.getElementById('ready')) import('./system.js').then((system) => system.start());
keepFresh();

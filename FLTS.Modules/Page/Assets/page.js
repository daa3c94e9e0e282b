import { askForKey, command, look, who } from './api.js';

const minute = 60000;

/** Times of the server in the reader's own zone. */
function localTimes(root) {
  for (const time of root.querySelectorAll('time')) {
    const at = new Date(time.dateTime);
    time.title = time.textContent.trim();
    time.textContent = at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  }
}

function bodyOf(form, isDry) {
  const body = JSON.parse(form.dataset.body);
  const models = [...form.querySelectorAll('[name=model_types]:checked')].map((box) => box.value);
  if (models.length) body.model_types = models;
  for (const field of form.querySelectorAll('select, input:not([type=checkbox])')) {
    const value = field.value.trim();
    if (value) body[field.name] = 'number' in field.dataset ? Number(value) : value;
  }
  if (isDry) body.dry_run = true;
  return body;
}

/** What the API answered, in a sentence. */
function told(answer, isDry) {
  if (answer?.attempt) {
    const { outcome, reason } = answer.attempt;
    return `${isDry ? 'Would end as' : 'Ended as'} ${String(outcome).replaceAll('_', ' ')}: ${reason}`;
  }
  if (answer?.version && answer.model_type) {
    return `${isDry ? 'Would put' : 'Put'} ${answer.model_type} (run ${answer.run_id}) in force as version ${answer.version}.`;
  }
  return 'Done.';
}

/** Whoever is signed in without the role sees so before trying. */
function allow(form) {
  const isRefused = Boolean(who.role) && !who.may.includes(form.dataset.needs);
  form.querySelector('.look').disabled = isRefused;
  form.querySelector('.needs').textContent = isRefused ? `Needs the role ${form.dataset.needs}; you have ${who.role}.` : '';
}

function enableCommand(form) {
  const [look, act, output] = ['.look', '.do', 'output'].map((s) => form.querySelector(s));
  const isDry = form.dataset.dry === 'yes';
  const say = (text, isWrong = false) => {
    output.textContent = text;
    output.classList.toggle('wrong', isWrong);
  };
  const run = async (work) => {
    look.disabled = act.disabled = true;
    try {
      await work();
    } catch (refused) {
      say(refused.message, true);
    } finally {
      act.disabled = false;
      allow(form);
    }
  };
  const offer = () => {
    act.hidden = false;
    act.focus();
  };

  look.addEventListener('click', () => run(async () => {
    if (isDry) say(told(await command(form.dataset.path, bodyOf(form, true)), true));
    else say('Press again to do it.');
  }).then(() => output.classList.contains('wrong') || offer()));
  form.addEventListener('input', () => {
    act.hidden = true; // What was shown was shown of something else.
    say('');
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (act.hidden) {
      look.click();
      return;
    }
    run(async () => {
      const answer = await command(form.dataset.path, bodyOf(form, false));
      act.hidden = true;
      if (answer?.location?.startsWith('/pipelines/') && !location.pathname.endsWith(answer.location)) {
        location.assign(`/ui${answer.location}`);
        return;
      }
      say(told(answer, false));
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
}

const isHeld = (part) => !part.querySelector('[data-done]') && (part.contains(document.activeElement)
  || [...part.querySelectorAll('input, output')].some((e) => (e.type === 'checkbox' ? e.checked : e.value))
  || (getSelection()?.type === 'Range' && part.contains(getSelection().anchorNode)));

const sent = new WeakMap(); // What each part looked like as it was sent.

/** Fetches the page again and puts in what changed; what somebody types, chooses or reads stays. */
async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: 'text/html' } });
  if (response.redirected) location.assign(response.url); // Signed out meanwhile.
  if (!response.ok || response.redirected) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  const main = document.getElementById('main');
  if ('passing' in main.dataset) location.reload();
  main.dataset.refresh = fresh.getElementById('main').dataset.refresh;
  for (const next of fresh.querySelectorAll('[data-part]')) {
    const part = document.querySelector(`[data-part="${next.dataset.part}"]`);
    const markup = next.innerHTML;
    if (!part || sent.get(part) === markup || isHeld(part)) continue;
    const isOpen = [...part.querySelectorAll('details')].map((d) => d.open);
    part.replaceChildren(...next.childNodes);
    part.querySelectorAll('details').forEach((d, i) => { d.open = isOpen[i] ?? false; });
    sent.set(part, markup);
    enable(part);
  }
  document.dispatchEvent(new Event('refreshed'));
}

async function keepFresh() {
  for (;;) {
    const seconds = Number(document.getElementById('main').dataset.refresh);
    await new Promise((resolve) => setTimeout(resolve, seconds ? seconds * 1000 : minute));
    if (!seconds || document.hidden) continue;
    try {
      await refresh();
    } catch {
      // It is asked again: a server that is started anew is away for a moment.
    }
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
if (document.getElementById('profile')) import('./profile.js').then((profile) => profile.start());
if (document.getElementById('sign-in')) import('./sign-in.js').then((signIn) => signIn.start());
if (document.getElementById('ready')) import('./system.js').then((system) => system.start());
keepFresh();

// The public API, as any program asks it. Whose session the browser has, the server knows by a cookie that no script can read.

/** What marks a command as the page's own: forms and links of other pages cannot send it. */
export const ours = { 'X-Flts-Page': '1' };

/** Who is signed in, and roles whose calls may be made. */
export let who = { name: null, role: null, may: [] };

/** What the API refused, in its own sentence. */
export class Refused extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

async function refusal(response) {
  const problem = await response.json().catch(() => ({}));
  return new Refused(response.status, problem.detail ?? `The server answered ${response.status}.`);
}

async function ask(path, init) {
  try {
    return await fetch(path, init);
  } catch {
    throw new Refused(0, 'The server does not answer.');
  }
}

/** Reads. */
export async function read(path, { status = [200], signal } = {}) {
  const response = await ask(path, { headers: { Accept: 'application/json' }, signal });
  if (!status.includes(response.status)) throw await refusal(response);
  return response.json();
}

async function send(path, body, { method = 'POST', type = 'application/json' } = {}) {
  const headers = { Accept: 'application/json', 'Content-Type': type, ...ours };
  const response = await ask(path, { method, headers, body: type === 'application/json' ? JSON.stringify(body) : body });
  if (!response.ok) throw await refusal(response);
  return response.status === 204 ? null : response.json();
}

let busy = 0;

/** Whether this page must not be loaded anew. */
export const isBusy = () => busy > 0;

/** Keeps the page as it is until the work is done. */
export async function during(work) {
  busy++;
  try {
    return await work();
  } finally {
    busy--;
  }
}

/** Keeps the page as it is for good: somebody has begun something on it. */
export function hold() {
  busy++;
}

/** Leads elsewhere. */
export function leave(to) {
  hold();
  location.assign(to);
}

/** A command; who is not signed in is asked to. */
export const command = (path, body, options) => during(() => carryOut(path, body, options));

async function carryOut(path, body, options) {
  try {
    return await send(path, body, options);
  } catch (refused) {
    if (refused.status !== 401 || !(await enter())) throw notSignedIn(refused);
    return send(path, body, options);
  }
}

/** On the page nobody sends headers: what to do there. */
export function notSignedIn(refused) {
  refused.message = refused.message.replace(/send a key in the header X-Api-Key/, 'sign in with a key of that role, above on the right');
  return refused;
}

/** Whether somebody is signed in: meanwhile, here or in another tab, or with the key that is asked for. */
export async function enter() {
  await look();
  return Boolean(who.role) || askForKey();
}

/** Finds out who is signed in. */
export async function look() {
  who = await read('/session').catch(() => who);
  document.dispatchEvent(new Event('session'));
}

/** Exchanges a key, or the token of a link, for a session. */
export async function signIn(by) {
  await send('/session', by);
  await look();
}

export async function signOut() {
  await send('/session', {}, { method: 'DELETE' });
  await look();
}

/** Shows the dialog; whether somebody is signed in behind it. */
export function askForKey() {
  const [dialog, form, input, output] = ['key-dialog', 'key-form', 'key-input', 'key-output'].map((id) => document.getElementById(id));
  output.textContent = '';
  dialog.returnValue = '';
  dialog.showModal();
  input.focus();
  const submit = async (event) => {
    const act = { in: () => signIn({ key: input.value.trim() }), out: signOut }[event.submitter?.value];
    if (!act) return; // The form closes the dialog.
    event.preventDefault();
    try {
      await act();
      dialog.close(event.submitter.value);
    } catch (refused) {
      output.textContent = refused.message;
      input.select();
    }
  };
  form.addEventListener('submit', submit);
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      form.removeEventListener('submit', submit);
      input.value = '';
      resolve(dialog.returnValue === 'in');
    }, { once: true });
  });
}

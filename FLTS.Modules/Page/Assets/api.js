// The public API, as any program asks it.

const keyName = 'flts-key';

export const key = {
  get: () => sessionStorage.getItem(keyName) ?? '',
  set: (value) => (value ? sessionStorage.setItem(keyName, value) : sessionStorage.removeItem(keyName)),
};

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

/** Reads; never with the key: what is read is open here, or to whoever the browser knows already. */
export async function read(path, { status = [200], signal } = {}) {
  const response = await ask(path, { headers: { Accept: 'application/json' }, signal });
  if (!status.includes(response.status)) throw await refusal(response);
  return response.json();
}

/** A command, with the key of whoever gives it; asked for where there is none or it is not enough. */
export async function command(path, body, { method = 'POST', type = 'application/json' } = {}) {
  for (let asked = false; ; asked = true) {
    const headers = { Accept: 'application/json', 'Content-Type': type };
    if (key.get()) headers['X-Api-Key'] = key.get();
    const response = await ask(path, { method, headers, body: type === 'application/json' ? JSON.stringify(body) : body });
    if (response.ok) return response.status === 204 ? null : response.json();
    const problem = await refusal(response);
    if (problem.status !== 401 || asked || !(await askForKey())) throw problem;
  }
}

/** Shows the dialog; whether a key was given. */
export function askForKey() {
  const dialog = document.getElementById('key-dialog');
  const input = document.getElementById('key-input');
  input.value = key.get();
  dialog.returnValue = '';
  dialog.showModal();
  input.select();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      if (dialog.returnValue === 'save') key.set(input.value.trim());
      if (dialog.returnValue === 'forget') key.set('');
      input.value = '';
      document.dispatchEvent(new Event('key'));
      resolve(dialog.returnValue === 'save' && key.get() !== '');
    }, { once: true });
  });
}

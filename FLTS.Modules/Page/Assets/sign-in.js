import { signIn } from './api.js';

// A key, or the token that a link brings behind its '#', becomes a session; then it goes on to where the browser wanted to.

const form = document.getElementById('sign-in');
const [input, output] = ['input', 'output'].map((s) => form.querySelector(s));

/** A page of this server, whatever the address says. */
function wanted() {
  const to = new URL(new URLSearchParams(location.search).get('to') ?? '/ui/stations', location.origin);
  return to.origin === location.origin && !to.pathname.startsWith('/ui/sign-in') ? to.pathname + to.search : '/ui/stations';
}

async function act(by) {
  output.classList.remove('wrong');
  output.textContent = 'Signing in…';
  try {
    await signIn(by);
    location.replace(wanted());
  } catch (refused) {
    output.classList.add('wrong');
    output.textContent = refused.message;
    input.select();
  }
}

export function start() {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    act({ key: input.value.trim() });
  });
  const token = location.hash.slice(1);
  if (!token) return;
  history.replaceState(null, '', location.pathname + location.search); // What was used is in no history.
  act({ token });
}

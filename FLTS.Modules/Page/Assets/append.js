import { command, look as lookWho, read, who } from './api.js';

// What would become of rows is told first, then they are appended.

const told = (word, rows) => `${word}: ${rows.new} new, ${rows.late} late, ${rows.corrected} corrected, ${rows.unchanged} unchanged; `
  + `from ${rows.first.replace('T', ' ')} to ${rows.last.replace('T', ' ')}.`;

export function start() {
  const form = document.getElementById('append');
  const path = `/datasets/${encodeURIComponent(JSON.parse(form.dataset.about).dataset)}`;
  const [text, file, look, act, needs, output] = ['textarea', 'input', '.look', '.do', '.needs', 'output'].map((s) => form.querySelector(s));
  const say = (isWrong, text = '') => {
    output.className = isWrong ? 'wrong' : '';
    output.textContent = text;
  };
  const body = () => file.files[0] ?? new Blob([text.value]);
  const run = async (work) => {
    look.disabled = act.disabled = true;
    try {
      await work();
    } catch (refused) {
      say(true, refused.message);
    } finally {
      act.disabled = false;
      await allow();
    }
  };
  const allow = async () => {
    const { allowed_actions: allowed } = who.role ? await read(path).catch(() => ({})) : {};
    look.disabled = Boolean(allowed && !allowed.includes('append'));
    needs.textContent = look.disabled ? `Needs the role train; you have ${who.role}.` : '';
  };

  look.addEventListener('click', () => run(async () => {
    if (!body().size) throw new Error('There are no rows: paste some, or choose a file.');
    say(false, told('Would be taken', await command(`${path}/rows?dry_run=true`, body(), { type: 'text/csv' })));
    act.hidden = false;
    act.focus();
  }));
  form.addEventListener('input', () => {
    act.hidden = true;
    say(false);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (act.hidden) {
      look.click();
      return;
    }
    run(async () => {
      const taken = await command(`${path}/rows`, body(), { type: 'text/csv' });
      act.hidden = true;
      text.value = file.value = '';
      say(false, told('Taken', taken));
    });
  });
  document.addEventListener('session', allow);
  lookWho();
}

import { command, look as lookWho, read, who } from './api.js';
import { make } from './dom.js';

// Rows are looked at first, then appended; what became of them is told.

const looked = 1 << 20; // Bytes that are looked at.

export function start() {
  const form = document.getElementById('append');
  const path = `/datasets/${encodeURIComponent(JSON.parse(form.dataset.about).dataset)}`;
  const [text, file, look, act, needs, output] = ['textarea', 'input', '.look', '.do', '.needs', 'output'].map((s) => form.querySelector(s));
  const say = (isWrong, ...parts) => {
    output.className = isWrong ? 'wrong' : '';
    output.replaceChildren(...parts);
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
    const preview = await command('/datasets/preview', body().slice(0, looked), { type: 'application/octet-stream' });
    if (preview.refused) throw new Error(preview.refused);
    const { rows, first, last } = preview.times ?? {};
    const columns = preview.columns.filter((c) => c.kind === 'numeric').map((c) => c.name).join(', ');
    say(false, rows
      ? `${preview.is_head ? 'Begins with' : 'Holds'} ${rows.toLocaleString()} rows from ${first} to ${last}, with `
      : 'Its times are read as those of the dataset; it holds ', make('bdi', { class: 'name' }, columns), '.');
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
      say(false, `Taken: ${taken.new} new, ${taken.late} late, ${taken.corrected} corrected, ${taken.unchanged} unchanged; `
        + `from ${taken.first} to ${taken.last}.`);
    });
  });
  document.addEventListener('session', allow);
  lookWho();
}

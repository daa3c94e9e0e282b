import { command, read } from './api.js';
import { make, name, table } from './dom.js';

// Parameters of a run where somebody opens them, and commands for all pipelines that are chosen.

const known = new Map(); // What a run was fitted with never changes.

/** Every value by its path. */
function leaves(node, path = '') {
  if (node === null || typeof node !== 'object' || Array.isArray(node) || !Object.keys(node).length) return [[path, JSON.stringify(node)]];
  return Object.entries(node).flatMap(([key, value]) => leaves(value, path ? `${path}.${key}` : key));
}

export async function showParameters(details) {
  const id = details.dataset.run;
  if (!known.has(id)) known.set(id, read(`/runs/${encodeURIComponent(id)}`));
  let contents;
  try {
    const { params } = await known.get(id);
    contents = make('div', { class: 'scroll', tabindex: '0' }, table(
      ['Parameter', 'Value'], leaves(params ?? {}).map(([path, value]) => [name(path), make('bdi', { class: 'waiting' }, value)])));
  } catch (refused) {
    known.delete(id);
    contents = make('p', { class: 'wrong' }, refused.message);
  }
  details.replaceChildren(details.querySelector('summary'), contents);
}

let armed = ''; // What the next press does.

/** Says first what it would do; done when the same is pressed again. */
export async function doForAll(button, refresh) {
  const output = document.getElementById('bulk');
  const action = button.dataset.bulk;
  const boxes = [...button.form.querySelectorAll('[name=pipeline]:checked')];
  const word = action === 'cancel' ? 'cancelled' : 'run again from training on';
  const key = `${action} ${boxes.map((box) => box.value)}`;
  output.className = '';
  if (!boxes.length || armed !== key) {
    armed = key;
    output.textContent = !boxes.length ? 'None is chosen: mark some in the list.'
      : `${boxes.length} ${boxes.length === 1 ? 'pipeline' : 'pipelines'} would be ${word}. Press again to do it.`;
    return;
  }
  armed = '';
  const refused = [];
  for (const box of boxes) {
    try {
      await command(`/pipelines/${encodeURIComponent(box.value)}/${action}`, {});
      box.checked = false;
    } catch (e) {
      refused.push(`${box.value.slice(0, 8)}: ${e.message}`);
    }
  }
  output.className = refused.length ? 'wrong' : '';
  output.textContent = [`${boxes.length - refused.length} of ${boxes.length} are ${word}.`, ...refused].join(' ');
  await refresh();
}

import { command, during, leave } from './api.js';

// The demo: its measurements are fetched, stored as a dataset and forecast, as anybody could who has a key.

export function start() {
  const button = document.getElementById('demo');
  const output = button.closest('.empty').querySelector('output');
  const say = (text, isWrong = false) => {
    output.textContent = text;
    output.classList.toggle('wrong', isWrong);
  };
  button.addEventListener('click', () => during(async () => {
    button.disabled = true;
    try {
      say('Storing it…');
      const csv = await fetch('/demo.csv').then((answer) => answer.blob());
      await command('/datasets/demo', csv, { method: 'PUT', type: 'text/csv' });
      const { location: started } = await command('/pipelines', { dataset: 'demo' });
      leave(`/ui${started}`);
    } catch (refused) {
      say(refused.message, true);
      button.disabled = false;
    }
  }));
}

// What changed, as the server says it: one connection while the page is seen. Where there is none, the page asks from time to time.

const again = 60000; // After a refusal (too many connections, a proxy that cuts them).

/**
 * @param {(change: {kind: string, id: string}) => void} changed Something changed.
 * @param {() => void} begun It is heard from here on; what changed before may have been missed.
 * @param {() => void} ended The session has ended.
 */
export function listen(changed, begun, ended) {
  let source = null;
  let isHeard = false;
  const close = () => {
    source?.close();
    source = null;
    isHeard = false;
  };
  const open = () => {
    if (source || document.hidden) return;
    const mine = new EventSource('/events');
    source = mine;
    mine.addEventListener('open', () => {
      isHeard = true;
      begun();
    });
    mine.addEventListener('change', (event) => changed(JSON.parse(event.data)));
    mine.addEventListener('end', () => {
      close();
      ended();
    });
    mine.addEventListener('error', () => {
      if (isHeard) ended(); // The server may be away.
      isHeard = false; // The browser tries again by itself, but not after a refusal.
      if (mine.readyState !== EventSource.CLOSED || source !== mine) return;
      close();
      setTimeout(open, again);
    });
  };
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  document.addEventListener('session', () => {
    close(); // It is the session's that was signed in to, or out of.
    open();
  });
  return () => isHeard;
}

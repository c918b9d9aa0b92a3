// What the page says of itself: how the server is, what was found, and what was wrong.

const at = (id) => document.getElementById(id);

// Says it where it is not said already: a screen reader would read it out again.
function say(id, text) {
  if (at(id).textContent !== text) {
    at(id).textContent = text;
  }
}

function time() {
  return new Date().toLocaleTimeString();
}

let seen = '';

// The records are as they are now.
export function fresh(isPaused) {
  seen = time();
  at('dot').className = 'dot ' + (isPaused ? 'paused' : 'live');
  say('state', (isPaused ? 'Paused at ' : 'Live, ') + seen);
  at('records').classList.remove('stale');
}

export function paused() {
  at('dot').className = 'dot paused';
  say('state', 'Paused' + (seen ? ' at ' + seen : ''));
}

// There is nothing to ask until somebody does something.
export function waiting(text) {
  at('dot').className = 'dot';
  say('state', text);
}

// The records are of some time ago.
export function away(reason, how = 'Not reached') {
  at('dot').className = 'dot away';
  say('state', how);
  at('records').classList.add('stale');
  summary((seen && !at('records').hidden ? 'What you see is of ' + seen + ': ' : '') + reason + '. Trying again.');
}

export function summary(text) {
  say('summary', text);
}

// What the server does not take; an empty text where it takes all.
export function refused(text) {
  say('refused', text);
  const filter = at('filter');
  if (text) {
    filter.setAttribute('aria-invalid', 'true');
  } else {
    filter.removeAttribute('aria-invalid');
  }
}

// Asks for a token, and says why; null where none is needed.
export function access(reason, hasToken) {
  at('access').hidden = reason === null && !hasToken;
  at('access').classList.toggle('settled', reason === null);
  say('access-reason', reason ?? (hasToken ? 'A token is in use.' : ''));
  at('forget').hidden = !hasToken;
}

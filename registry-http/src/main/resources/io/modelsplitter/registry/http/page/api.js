// Questions to the server that this page came from.

const TOKEN = 'model-splitter-token';
const PATIENCE_MS = 20_000;

// The server answered that it will not.
export class Refused extends Error {
  constructor(status, message, retryAfter) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

// No answer came that can be used.
export class Unreachable extends Error {}

export function hasToken() {
  return sessionStorage.getItem(TOKEN) !== null;
}

export function useToken(token) {
  sessionStorage.setItem(TOKEN, token);
}

export function forgetToken() {
  sessionStorage.removeItem(TOKEN);
}

// An integer that JavaScript cannot hold stays the text that it was.
function exact(key, value, context) {
  const source = context?.source;
  const isLost = typeof value === 'number' && source && JSON.rawJSON
    && (!Number.isFinite(value) || (/^-?\d+$/.test(source) && !Number.isSafeInteger(value)));
  return isLost ? JSON.rawJSON(source) : value;
}

function parse(text) {
  try {
    return JSON.parse(text, exact);
  } catch {
    return null;
  }
}

// The cursor of a Link header (RFC 8288) to the next page.
function cursor(link) {
  const target = /<([^>]*)>\s*;\s*rel="next"/.exec(link ?? '');
  return target ? new URL(target[1], document.baseURI).searchParams.get('after') : null;
}

async function send(path, options, body, signal) {
  const headers = {'Content-Type': 'application/json'};
  const token = sessionStorage.getItem(TOKEN);
  if (token !== null) {
    headers.Authorization = 'Bearer ' + token;
  }
  const impatience = AbortSignal.timeout(PATIENCE_MS);
  try {
    const answer = await fetch(path + '?' + new URLSearchParams(options), {
      method: 'POST', headers, body, cache: 'no-store', redirect: 'error',
      signal: AbortSignal.any([signal, impatience]),
    });
    return [answer, await answer.text()];
  } catch (error) {
    if (signal.aborted) {
      throw error;
    }
    throw new Unreachable('the server '
      + (impatience.aborted ? 'does not answer' : 'cannot be reached'));
  }
}

// Asks for records: {records, next, now}, where next is a cursor or null, and now the server's time
// in seconds. Throws Refused, Unreachable, or an AbortError when the signal says so.
export async function ask(path, options, body, signal) {
  const [answer, text] = await send(path, options, body, signal);
  const said = parse(text);
  if (!answer.ok) {
    throw new Refused(answer.status,
      String(said?.error ?? said?.message ?? 'the answer has the status ' + answer.status),
      Number(answer.headers.get('Retry-After')) || 0);
  }
  const records = Array.isArray(said) ? said : said?.data;
  if (!Array.isArray(records)) {
    throw new Unreachable('what answers is no registry');
  }
  const date = Date.parse(answer.headers.get('Date') ?? '');
  return {
    records,
    next: cursor(answer.headers.get('Link')),
    now: (Number.isNaN(date) ? Date.now() : date) / 1000,
  };
}

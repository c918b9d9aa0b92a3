// Texts for people. Whatever a registry holds may have been written to deceive.

// What cannot be seen, or turns the text around it; joiners are left, which scripts and emoji need.
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];

const AGES = [[60, 's'], [60, 'min'], [24, 'h'], [Infinity, 'd']];

function code(unseen) {
  return unseen.split('')
    .map((unit) => '\\u' + unit.charCodeAt(0).toString(16).padStart(4, '0'))
    .join('');
}

// The text with its unseen characters as their codes.
export function visible(text) {
  return text.replace(UNSEEN, code);
}

// A whole record, indented; its lines stay lines.
export function pretty(record) {
  return JSON.stringify(record, null, 2)
    .replace(UNSEEN, (unseen) => (unseen === '\n' ? unseen : code(unseen)));
}

// Its beginning, where it is long.
export function shorten(text, most = 120) {
  const start = visible(text.slice(0, most * 2));
  if (text.length <= most && start.length <= most) {
    return start;
  }
  return Array.from(start).slice(0, most).join('') + '…';
}

// Any value in a line; nothing where there is none.
export function plain(value) {
  if (value === undefined || value === null || value === '') {
    return '';
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

// Bytes, as people say them.
export function size(bytes) {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return (unit === 0 ? String(value) : value.toFixed(value < 10 ? 1 : 0)) + ' ' + UNITS[unit];
}

// How long ago, in its largest unit.
export function age(seconds) {
  let value = Math.max(0, Math.floor(seconds));
  for (const [most, unit] of AGES) {
    if (value < most) {
      return value + ' ' + unit + ' ago';
    }
    value = Math.floor(value / most);
  }
  return '';
}

// So many of them.
export function count(number, one, many) {
  return number + ' ' + (number === 1 ? one : many);
}

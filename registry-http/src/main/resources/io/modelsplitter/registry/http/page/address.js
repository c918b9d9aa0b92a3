// What is looked at stands in the fragment, #VIEW?filter=…&sort=…&limit=…&after=…, so that a page can
// be kept and handed on. The server never sees it, and a token is never in it.

export const LIMITS = ['20', '50', '100', '500'];

const DEFAULT_LIMIT = '20';

// A fragment; null where it names none of the views.
export function read(fragment, views) {
  const [name, query = ''] = fragment.replace(/^#/, '').split(/\?(.*)/s);
  const view = views.find((each) => each.name === (name || views[0].name));
  if (!view) {
    return null;
  }
  const options = new URLSearchParams(query);
  return {
    view,
    filter: options.get('filter') ?? '',
    sort: options.get('sort') ?? view.sort,
    limit: options.get('limit') || DEFAULT_LIMIT,
    after: options.get('after') ?? '',
  };
}

// The fragment of a place.
export function write({view, filter = '', sort = view.sort, limit = DEFAULT_LIMIT, after = ''}) {
  const options = new URLSearchParams();
  const put = (name, value, usual) => value !== usual && options.set(name, value);
  put('filter', filter.trim(), '');
  put('sort', sort.trim(), view.sort);
  put('limit', limit, DEFAULT_LIMIT);
  put('after', after, '');
  const query = options.toString();
  return '#' + view.name + (query ? '?' + query : '');
}

// The fragment of a view with a filter.
export function search(name, filter) {
  return '#' + name + '?' + new URLSearchParams({filter: JSON.stringify(filter)});
}

const linkPattern = /\[([^\]\n]{1,200})\]\((https?:\/\/[^\s<>"'()]{1,1000})\)|https?:\/\/[^\s<>"'()[\]{}]{1,1000}/gi;

/** A URL that may be a link: http or https, no user name that could pass for a host, and a host of `hosts`, if given. */
const vetted = (text, hosts) => {
  let url;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  if (!/^https?:$/.test(url.protocol) || url.username || url.password) return null;
  const isListed = hosts.some((host) => url.hostname === host || url.hostname.endsWith(`.${host}`));
  return hosts.length === 0 || isListed ? url : null;
};

/**
 * Cuts a text into `{text}` and `{text, href}`. What a link shows ends with the host that it leads to, unless it
 * begins with it: letters of other scripts that look like Latin ones show as what they are. Everything else stays text.
 * @param {string} text
 * @param {string[]} [hosts] only links to these and what is under them; none means any
 */
export const withLinks = (text, hosts = []) => {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(linkPattern)) {
    const [whole, label, target] = match;
    const address = target ?? whole.replace(/[.,;:!?*_]+$/, "");
    const url = vetted(address, hosts);
    if (!url) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    const isPlain = label === undefined && address.toLowerCase().startsWith(url.origin);
    parts.push({ text: isPlain ? address : `${label ?? address} (${url.host})`, href: url.href });
    end = match.index + (target ? whole.length : address.length);
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
};

/**
 * An element, made without markup: text is only ever text.
 * @param {string} name
 * @param {Record<string, unknown>} [fields] `class`, `on<event>` handlers, `text`, anything else is an attribute; null
 * and false leave it out
 * @param {(Node | string | null)[]} children
 */
export const make = (name, fields = {}, ...children) => {
  const isVector = name === "svg" || name === "path";
  const element = isVector ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(fields)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "text") element.textContent = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
};

/** A drawing of 24 by 24. */
export const icon = (path) => make("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, make("path", { d: path }));

export const icons = {
  chat: "M4 5h16v11H9l-5 4z",
  close: "M6 6l12 12M18 6L6 18",
  send: "M4 12L20 4l-4 16-4-7zM12 13L20 4",
  up: "M7 11v9H4v-9zM7 12l4-8c2 0 3 1 2.500 3.500L13 10h6l-2 9c0 .5-.5 1-1 1H7",
  down: "M17 13V4h3v9zM17 12l-4 8c-2 0-3-1-2.500-3.500L11 14H5l2-9c0-.5.5-1 1-1h9",
  person: "M12 11a4 4 0 100-8 4 4 0 000 8zM4 21c0-5 4-7 8-7s8 2 8 7",
  forget: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13",
};

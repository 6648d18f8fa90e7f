/**
 * An element, made without markup: text is only ever text.
 * @param {string} tag
 * @param {Record<string, unknown>} [fields] `class`, `on<event>` handlers, `text`, anything else is an attribute; null
 * and false leave it out
 * @param {(Node | string | null)[]} children
 */
export const make = (tag, fields = {}, ...children) => {
  const isVector = tag === "svg" || tag === "path";
  const element = isVector ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  if (tag === "button") element.type = tag;
  for (const [key, given] of Object.entries(fields)) {
    if (given === null || given === undefined || given === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), given);
    else if (key === "text") element.textContent = given;
    else element.setAttribute(key, given === true ? "" : given);
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
  up: "M7 11v9H4v-9zM7 12l4-8q3 1 2 6h6l-2 10H7",
  down: "M17 13V4h3v9zM17 12l-4 8q-3-1-2-6H5L7 4h10",
  person: "M12 11a4 4 0 100-8 4 4 0 000 8zM4 21c0-5 4-7 8-7s8 2 8 7",
  forget: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13",
};

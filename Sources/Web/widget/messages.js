import { icon, icons, make } from "./dom.js";
import { withLinks } from "./links.js";

/**
 * The list of messages. Keeps one element for each, so that a screen reader's place and the focus stay where they are
 * while a reply grows.
 */
export class MessageList {
  #options;
  #rows = new Map();
  #signatures = new WeakMap();

  /** @param {{strings: Record<string, string>, hosts: string[], rate: Function, retry: Function,
   *   confirm: Function}} options */
  constructor(options) {
    this.#options = options;
    this.element = make("ol");
  }

  /** @param {Record<string, any>[]} messages */
  show(messages) {
    const rows = new Map();
    const given = messages.map(({ confirm }) => confirm);
    let last = null;
    for (const message of messages) {
      const key = `${message.role} ${message.messageId}`;
      const row = this.#rows.get(key) ?? make("li", { "data-role": message.role });
      rows.set(key, row);
      const next = last ? last.nextSibling : this.element.firstChild;
      if (next !== row) this.element.insertBefore(row, next);
      last = row;
      const { confirmation } = message;
      const waits = confirmation?.expiresAt > Date.now() && !given.includes(confirmation.id) && confirmation;
      const signature = JSON.stringify([message.text, message.state, message.rating, message.error?.code, waits]);
      if (this.#signatures.get(row) !== signature) {
        this.#signatures.set(row, signature);
        this.#fill(row, message, waits);
      }
    }
    for (const [key, row] of this.#rows) if (!rows.has(key)) row.remove();
    this.#rows = rows;
  }

  #fill(row, message, waits) {
    const focused = row.getRootNode().activeElement;
    const action = row.contains(focused) ? focused.dataset.action : undefined;
    const { strings, hosts } = this.#options;
    const author = message.role === "notice" ? null : make("span", { class: "sr", text: `${strings[message.role === "bot" ? "bot" : "you"]}: ` });
    const text = make("div", { class: "text", dir: "auto" });
    if (author) text.append(author);
    for (const part of message.role === "bot" ? withLinks(message.text, hosts) : [{ text: message.text }]) {
      text.append(part.href
        ? make("a", { href: part.href, target: "_blank", rel: "noopener noreferrer", text: part.text })
        : part.text);
    }
    row.replaceChildren(text, ...this.#below(message, waits));
    if (action) row.querySelector(`[data-action="${action}"]`)?.focus();
  }

  #below(message, waits) {
    const { strings, rate, retry, confirm } = this.#options;
    if (message.role === "customer") {
      if (message.state === "queued") return [make("div", { class: "meta", text: strings.queued })];
      if (message.state !== "failed") return [];
      const failure = make("span", { class: "alert", text: message.error?.message || strings.failed });
      const again = message.error?.retryable && make("button", {
        class: "link", "data-action": "retry", text: strings.retry, onclick: () => retry(message.messageId),
      });
      return [make("div", { class: "meta" }, failure, again || null)];
    }
    if (message.role !== "bot" || message.state !== "done" || message.isLocal) return [];
    const button = (rating, title) => make("button", {
      "data-action": rating, title,
      "aria-pressed": String(message.rating === rating), onclick: () => rate(message.messageId, rating),
    }, icon(icons[rating]));
    const meta = make("div", { class: "meta" });
    if (message.citations.length > 0) {
      meta.append(strings.sources, make("ul", {}, ...message.citations.map(({ title }) => make("li", { dir: "auto", text: title }))));
    }
    meta.append(make("span", { class: "rate" }, button("up", strings.helpful), button("down", strings.unhelpful)));
    if (!waits) return [meta];
    // The call itself, not only the model's words about it.
    return [make("div", { class: "text", dir: "auto", text: `${waits.tool} ${waits.input}` }), make("button", {
      class: "yes", "data-action": "confirm", text: strings.confirm, onclick: () => confirm(waits),
    }), meta];
  }
}

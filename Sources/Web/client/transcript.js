/**
 * A chat's messages in order, from what was sent here, what came, and the pages of its history.
 * A message: `{id?, messageId, role, text, createdAt?, citations, confirmation?, state, error?, rating?}`; `state` is
 * `queued`, `sent`, `streaming`, `done` or `failed`. `confirm` is what a customer's message confirms.
 */
export class Transcript {
  /** @type {Record<string, any>[]} */
  messages = [];

  /** @param {"customer" | "bot"} role @param {string} messageId */
  find(role, messageId) {
    return this.messages.find((message) => message.role === role && message.messageId === messageId);
  }

  /** Changes the message, or adds it behind all others: a reply behind what it answers. */
  put(role, messageId, fields) {
    let message = this.find(role, messageId);
    if (!message) {
      message = { messageId, role, text: "", citations: [], state: "done" };
      const asked = role === "bot" ? this.messages.indexOf(this.find("customer", messageId)) : -1;
      this.messages.splice(asked < 0 ? this.messages.length : asked + 1, 0, message);
    }
    return Object.assign(message, fields);
  }

  remove(role, messageId) {
    this.messages = this.messages.filter((message) => message.role !== role || message.messageId !== messageId);
  }

  /** The id to ask for older messages with. */
  get oldest() {
    return this.messages.find((message) => message.id)?.id;
  }

  /**
   * Takes in the chat's last messages. When none of what is here is among them, others may lie between: only what
   * is not answered yet is kept.
   */
  mergeTail(history) {
    const isOpen = (message) => message.state !== "done";
    const open = this.messages.filter(isOpen);
    const closed = this.messages.filter((message) => !isOpen(message));
    const isKnown = closed.some(({ role, messageId }) =>
      history.some((message) => message.role === role && message.messageId === messageId));
    this.messages = isKnown || history.length === 0 ? closed : [];
    this.#take(history);
    for (const message of open) {
      if (this.find("bot", message.messageId)) continue;
      const stored = this.find("customer", message.messageId);
      if (message.role === "bot") this.put("bot", message.messageId, message);
      else if (stored) Object.assign(stored, { state: message.state, error: message.error });
      else this.messages.push(message);
    }
  }

  /** Takes in a page of older messages. */
  mergeOlder(history) {
    this.#take(history);
  }

  // A message without an id stays behind the one that it is behind.
  #take(history) {
    for (const message of history) this.put(message.role, message.messageId, { ...message, state: "done", error: undefined });
    let last = "";
    const keyed = this.messages.map((message) => [(last = message.id ?? last), message]);
    keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.messages = keyed.map(([, message]) => message);
  }
}

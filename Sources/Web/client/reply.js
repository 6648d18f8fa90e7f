/** The bot's answer to one message, as it comes. `done`'s text counts: it differs from the parts where a model broke off. */
export class PendingReply {
  parts = [];
  isOver = false;

  /** @param {string} messageId */
  constructor(messageId) {
    this.messageId = messageId;
    /** @type {Promise<{messageId: string, text: string, citations: object[], usage?: object}>} */
    this.done = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    // Who only listens to events is not to be bothered with a rejection that nobody handles.
    this.done.catch(() => {});
  }

  /** What came so far. */
  get text() {
    return this.parts.join("");
  }

  add(part) {
    this.parts.push(part);
  }

  finish(done) {
    const { text } = this;
    if (done.text.startsWith(text) && done.text !== text) this.add(done.text.slice(text.length));
    this.isOver = true;
    this.resolve(done);
  }

  fail(error) {
    this.isOver = true;
    this.reject(error);
  }
}

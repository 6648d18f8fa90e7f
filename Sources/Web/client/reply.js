/**
 * The bot's answer to one message. Iterate it for its parts as they come, await `done` for the whole.
 * `done`'s text counts: it differs from the parts where a model broke off.
 */
export class Reply {
  #parts = [];
  #ended = false;
  #wake = () => {};

  /** @param {string} messageId */
  constructor(messageId) {
    this.messageId = messageId;
    /** @type {Promise<{messageId: string, text: string, citations: object[], usage?: object}>} */
    this.done = new Promise((resolve, reject) => {
      this._resolve = resolve;
      this._reject = reject;
    });
    // Who only listens to events is not to be bothered with a rejection that nobody handles.
    this.done.catch(() => {});
  }

  /** What came so far. */
  get text() {
    return this.#parts.join("");
  }

  get isOver() {
    return this.#ended;
  }

  /** How many parts came: the `seq` that comes next. */
  get _next() {
    return this.#parts.length;
  }

  _add(part) {
    this.#parts.push(part);
    this.#notify();
  }

  _finish(done) {
    if (this.#ended) return;
    if (done.text.startsWith(this.text) && done.text !== this.text) this.#parts.push(done.text.slice(this.text.length));
    this.#ended = true;
    this._resolve(done);
    this.#notify();
  }

  _fail(error) {
    if (this.#ended) return;
    this.#ended = true;
    this._reject(error);
    this.#notify();
  }

  #notify() {
    const wake = this.#wake;
    this.#changed = undefined;
    wake();
  }

  #changed;

  /** Throws what `done` rejects with, after the parts that came. */
  async *[Symbol.asyncIterator]() {
    for (let next = 0; ; ) {
      while (next < this.#parts.length) yield this.#parts[next++];
      if (this.#ended) {
        await this.done;
        return;
      }
      this.#changed ??= new Promise((resolve) => (this.#wake = resolve));
      await this.#changed;
    }
  }
}

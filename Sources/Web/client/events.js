import { ChatClient } from "./client.js";
import { PendingReply } from "./reply.js";

// What applications iterate over. The widget does without it, so that its file stays small.

const types = ["state", "welcome", "change", "delta", "done", "error", "feedback", "handoff"];

/** Iterate it for the parts as they come; it throws what `done` rejects with, after the parts that came. */
export class Reply extends PendingReply {
  #changed;
  #wake = () => {};

  add(part) {
    super.add(part);
    this.#tell();
  }

  finish(done) {
    super.finish(done);
    this.#tell();
  }

  fail(error) {
    super.fail(error);
    this.#tell();
  }

  #tell() {
    this.#changed = undefined;
    this.#wake();
  }

  async *[Symbol.asyncIterator]() {
    for (let next = 0; ; ) {
      while (next < this.parts.length) yield this.parts[next++];
      if (this.isOver) {
        await this.done;
        return;
      }
      // One promise for all who iterate.
      this.#changed ??= new Promise((resolve) => (this.#wake = resolve));
      await this.#changed;
    }
  }
}

export class BotClient extends ChatClient {
  /** @override */
  makeReply(messageId) {
    return new Reply(messageId);
  }

  /**
   * Every event as `{type, detail}`, until `signal` aborts or the client is closed.
   * @param {{signal?: AbortSignal}} [options]
   */
  async *events({ signal } = {}) {
    const queue = [];
    let wake = () => {};
    const take = (event) => {
      queue.push({ type: event.type, detail: event.detail });
      wake();
    };
    const end = () => wake();
    for (const type of types) this.addEventListener(type, take);
    signal?.addEventListener("abort", end);
    try {
      for (;;) {
        while (queue.length && !signal?.aborted) yield queue.shift();
        if (signal?.aborted || this.state === "closed") return;
        await new Promise((resolve) => (wake = resolve));
      }
    } finally {
      for (const type of types) this.removeEventListener(type, take);
      signal?.removeEventListener("abort", end);
    }
  }
}

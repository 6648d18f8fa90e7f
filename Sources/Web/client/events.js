import { ChatClient } from "./client.js";

const types = ["state", "welcome", "change", "delta", "done", "error", "feedback", "handoff"];

/** The client of applications: what the widget does without is here, so that its file stays small. */
export class BotClient extends ChatClient {
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

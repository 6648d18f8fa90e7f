// A world for the client in which time passes when a test says so, and the bot says what a test says.

export class FakeClock {
  time = 1_800_000_000_000;
  timers = [];
  number = 0;

  now = () => this.time;
  setTimeout = (action, delay) => {
    this.timers.push({ at: this.time + delay, action, number: (this.number += 1) });
    return this.number;
  };
  clearTimeout = (number) => {
    this.timers = this.timers.filter((timer) => timer.number !== number);
  };

  /** Lets time pass, and everything happen that is due in it. */
  async pass(milliseconds) {
    const end = this.time + milliseconds;
    for (;;) {
      await settle();
      this.timers.sort((a, b) => a.at - b.at || a.number - b.number);
      const next = this.timers[0];
      if (!next || next.at > end) break;
      this.timers.shift();
      this.time = next.at;
      next.action();
    }
    this.time = end;
    await settle();
  }
}

/** Everything that waits for a promise only. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

export class FakeStorage {
  values = new Map();
  getItem = (key) => this.values.get(key) ?? null;
  setItem = (key, value) => void this.values.set(key, value);
  removeItem = (key) => void this.values.delete(key);
}

/** Every connection that a client made, in order, as `sockets`; a test is the bot behind them. */
export const makeWorld = () => {
  const sockets = [];
  class FakeSocket extends EventTarget {
    readyState = 0;
    sent = [];

    constructor(url) {
      super();
      this.url = url;
      sockets.push(this);
    }

    send(text) {
      if (this.readyState !== 1) throw new Error("send on a socket that is not open");
      const frame = JSON.parse(text);
      if (frame.action === "ping" && world.answersPings) queueMicrotask(() => this.say({ type: "pong" }));
      else this.sent.push(frame);
    }

    close() {
      this.end();
    }

    open() {
      this.readyState = 1;
      this.dispatchEvent(new Event("open"));
    }

    say(...frames) {
      for (const frame of frames) {
        const event = new Event("message");
        event.data = typeof frame === "string" ? frame : JSON.stringify(frame);
        this.dispatchEvent(event);
      }
    }

    /** The connection ends, from whichever side. */
    end() {
      if (this.readyState === 3) return;
      this.readyState = 3;
      this.dispatchEvent(new Event("close"));
    }

    /** What was sent since the last look. */
    take() {
      return this.sent.splice(0);
    }
  }
  const clock = new FakeClock();
  const storage = new FakeStorage();
  let ids = 0;
  const options = {
    url: "wss://bot.example/dev",
    WebSocket: FakeSocket,
    clock,
    storage,
    random: () => 0.5,
    newId: () => `id-${(ids += 1)}`,
  };
  const world = {
    sockets,
    clock,
    storage,
    options,
    answersPings: false,
    get socket() {
      return sockets.at(-1);
    },
    /** Waits as long as the client does before it connects again. */
    async nextSocket() {
      const count = sockets.length;
      for (let step = 0; sockets.length === count; step += 1) {
        if (step > 10_000) throw new Error("the client does not connect again");
        await clock.pass(10);
      }
    },
    /** Opens the newest connection and says welcome. */
    async welcome(fields = {}) {
      await settle();
      world.socket.open();
      const hello = world.socket.take();
      world.socket.say({ type: "welcome", chatId: "chat-1", token: "token-1", history: [], ...fields });
      await settle();
      return hello;
    },
  };
  return world;
};

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A message of the history; `number` gives its place. */
export const stored = (number, role, messageId, text, citations = []) => ({
  id: `01HZZZZZZZZZZZZZZZZZZZZZ${alphabet[number >> 5]}${alphabet[number & 31]}.${role === "bot" ? 1 : 0}`.slice(-28),
  messageId, role, text, createdAt: 1_800_000_000_000 + number, citations,
});

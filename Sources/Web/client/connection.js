import { BotError, decodeFrame, encodeFrame } from "./frames.js";

/** Milliseconds. API Gateway closes a connection after 10 idle minutes, and after 2 hours in any case. */
const times = {
  heartbeat: 9 * 60_000,
  pong: 10_000,
  connect: 15_000,
  hello: 15_000,
  renewal: 115 * 60_000,
  renewalSpread: 5 * 60_000,
  backoff: 500,
  longestBackoff: 60_000,
  stable: 30_000,
};

const systemClock = {
  now: () => Date.now(),
  setTimeout: (action, delay) => setTimeout(action, delay),
  clearTimeout: (timer) => clearTimeout(timer),
};

/**
 * One WebSocket after the other: connects, presents a token, keeps alive, and connects again. What is said over it is
 * its owner's: `hooks.greet()` gives the first frame, `hooks.receive(frame, size)` gets what comes,
 * `hooks.ended()` hears that what went out will not be answered, `hooks.renewable()` says whether nothing is waited for.
 */
export class Connection {
  state = "idle";
  /** What the bot gave to come back with. */
  token;
  #options;
  #hooks;
  #socket = null;
  #timers = new Map();
  #dial = 0;
  #failures = 0;
  #readyAt = 0;
  #renewAt = 0;
  // 0, 1: how often in a row the kept token met a refused handshake, or a dead network, which look alike.
  // 2: a connect without a token tells which. 3: the network is fine, so this is the token's last try.
  #suspicion = 0;

  constructor(options, hooks) {
    this.#options = options;
    this.#hooks = hooks;
    this.clock = options.clock ?? systemClock;
  }

  /** Of this connection, and of no other one. */
  get number() {
    return this.#dial;
  }

  async open() {
    this.hangUp();
    const dial = ++this.#dial;
    this.enter("connecting");
    const isProbe = this.#suspicion === 2 && !this.#options.token;
    let token;
    try {
      token = isProbe ? undefined : await this.#chooseToken();
    } catch (cause) {
      if (dial === this.#dial) this.lost(new BotError("no_token", "No token for the chat.", { cause }));
      return;
    }
    if (dial !== this.#dial) return;
    const { url, WebSocket } = this.#options;
    const query = token ? `${url.includes("?") ? "&" : "?"}token=${encodeURIComponent(token)}` : "";
    let socket = null;
    try {
      // A page's policy may forbid it.
      socket = new WebSocket(url + query);
    } catch (cause) {
      this.lost(new BotError("unreachable", "The bot cannot be reached.", { cause }));
      return;
    }
    this.#socket = socket;
    const whileCurrent = (action) => (event) => {
      if (this.#socket === socket) action(event);
    };
    let isOpen = false;
    socket.addEventListener("open", whileCurrent(() => {
      isOpen = true;
      if (isProbe) {
        this.#suspicion = 3;
        this.open();
        return;
      }
      this.#suspicion = 0;
      this.send(this.#hooks.greet());
      this.after("hello", times.hello, () => this.lost());
    }));
    socket.addEventListener("message", whileCurrent((event) => this.#receive(event.data)));
    const ended = whileCurrent(() => {
      if (!isOpen) this.#suspect(token, isProbe);
      this.lost();
    });
    socket.addEventListener("close", ended);
    socket.addEventListener("error", ended);
    this.after("connect", times.connect, ended);
  }

  /** The bot's own token while it is good; else one from whoever knows the customer. */
  async #chooseToken() {
    const { token } = this.#options;
    if (this.token && !(token && this.#suspicion >= 2)) return this.token;
    const given = typeof token === "function" ? await token() : token;
    if (token && !given) throw new Error("the token function gave none");
    return given;
  }

  #suspect(token, isProbe) {
    if (isProbe) this.#suspicion = 1;
    else if (!token || token !== this.token) return;
    else if (this.#suspicion < 2) this.#suspicion += 1;
    else {
      this.token = undefined;
      this.#suspicion = 0;
    }
  }

  #receive(data) {
    let frame;
    try {
      frame = decodeFrame(String(data));
    } catch {
      // The protocol grows: what cannot be read is passed over, and what it should have answered is asked again.
      return;
    }
    this.stop("pong");
    if (frame) this.#hooks.receive(frame, data.length);
  }

  /** The bot has said welcome. */
  ready() {
    this.stop("hello", "connect");
    this.#readyAt = this.clock.now();
    const life = times.renewal - times.renewalSpread * this.#options.random();
    this.#renewAt = this.#readyAt + life;
    this.after("renewal", life, () => this.renew());
    this.enter("ready");
  }

  /** The bot works: the next failure is a first one. */
  proven() {
    this.#failures = 0;
  }

  /** A new connection before the old one is cut, but not while an answer is waited for. */
  renew() {
    if (this.state === "ready" && this.clock.now() >= this.#renewAt && this.#hooks.renewable()) this.open();
  }

  /** The connection is gone: the next one after a while, which doubles, half of it by chance. */
  lost(error) {
    if (this.#readyAt && this.clock.now() - this.#readyAt > times.stable) this.#failures = 0;
    this.hangUp();
    if (error) this.#hooks.emit("error", error);
    const full = Math.min(times.longestBackoff, times.backoff * 2 ** Math.min(this.#failures, 10));
    const delay = Math.max(
      Math.round(full / 2 + (full / 2) * this.#options.random()),
      (error?.retryAfter ?? 0) * 1000,
    );
    this.#failures += 1;
    this.enter("waiting", { delay, attempt: this.#failures });
    this.after("reconnect", delay, () => this.open());
  }

  /** Ends the connection, and every timer with it. */
  hangUp() {
    const socket = this.#socket;
    this.#socket = null;
    this.#dial += 1;
    this.#readyAt = 0;
    for (const timer of this.#timers.values()) this.clock.clearTimeout(timer);
    this.#timers.clear();
    this.#hooks.ended();
    if (socket && socket.readyState < 2) socket.close();
  }

  /** As if nothing had been before. */
  reset() {
    this.hangUp();
    this.token = undefined;
    this.#suspicion = this.#failures = 0;
    this.enter("idle");
  }

  check() {
    if (this.state === "waiting") this.open();
    else if (this.state === "ready") this.#ping();
  }

  send(frame) {
    this.#socket.send(encodeFrame(frame));
    this.after("heartbeat", times.heartbeat, () => this.#ping());
  }

  #ping() {
    if (this.state !== "ready" || this.#timers.has("pong")) return;
    this.send({ action: "ping" });
    this.after("pong", times.pong, () => this.lost());
  }

  enter(state, detail = {}) {
    if (state === this.state || this.state === "closed") return;
    this.state = state;
    this.#hooks.emit("state", { state, ...detail });
  }

  /** One timer of each name; all end with the connection. */
  after(timer, delay, action) {
    this.stop(timer);
    this.#timers.set(timer, this.clock.setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, delay));
  }

  stop(...timers) {
    for (const timer of timers) {
      if (this.#timers.has(timer)) this.clock.clearTimeout(this.#timers.get(timer));
      this.#timers.delete(timer);
    }
  }

  isTiming(timer) {
    return this.#timers.has(timer);
  }
}

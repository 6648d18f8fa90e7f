import { BotError, decodeFrame, encodeFrame } from "./frames.js";
import { Reply } from "./reply.js";
import { Transcript } from "./transcript.js";

/** Milliseconds. API Gateway closes a connection after 10 idle minutes, and after 2 hours in any case. */
const times = {
  heartbeat: 9 * 60_000,
  pong: 10_000,
  connect: 15_000,
  hello: 15_000,
  answer: 30_000,
  renewal: 115 * 60_000,
  renewalSpread: 5 * 60_000,
  backoff: 500,
  longestBackoff: 60_000,
  stable: 30_000,
};
/** So often a message goes out before it is given up. */
const maximumSends = 6;

const systemClock = {
  now: () => Date.now(),
  setTimeout: (action, delay) => setTimeout(action, delay),
  clearTimeout: (timer) => clearTimeout(timer),
};

/** Enough chance to be new in a chat, which is all that the bot asks; Node 18 has no global `crypto`. */
const randomId = () => Array.from({ length: 3 }, () => Math.random().toString(36).slice(2)).join("");

/**
 * A chat with one bot. Connects, says hello, keeps the connection alive, makes it anew when it breaks, and sends again
 * what was not answered, under its `messageId`, which the bot answers at most once. README.md has the states.
 */
export class ChatClient extends EventTarget {
  #options;
  #clock;
  #transcript = new Transcript();
  #state = "idle";
  /** @type {WebSocket | null} */
  #socket = null;
  #timers = new Map();
  #dial = 0;
  #failures = 0;
  #readyAt = 0;
  #renewAt = 0;
  #ready = null;
  // 0, 1: how often in a row the kept token met a refused handshake, or a dead network, which look alike.
  // 2: a connect without a token tells which. 3: the network is fine, so this is the token's last try.
  #suspicion = 0;
  #stored = { token: undefined, chatId: undefined };
  /** Messages without an answer, in order; the first one is with the bot. */
  #turns = [];
  /** Other frames that are answered: `{type, key, frame, sentOn, resolve, reject}`, in order. */
  #requests = [];
  #hasEarlier = false;

  /** @param {import("./index.d.ts").BotClientOptions} options */
  constructor(options) {
    super();
    if (!/^wss?:\/\/[^\s#]+$/.test(options?.url ?? "")) throw new TypeError("url: a wss:// or ws:// URL is needed");
    this.#options = {
      WebSocket: globalThis.WebSocket, random: Math.random, newId: randomId, storage: null,
      storageKey: `botctl:${options.url}`, ...options,
    };
    this.#clock = options.clock ?? systemClock;
    this.#restore();
    const { signal } = options;
    if (signal?.aborted) this.close();
    signal?.addEventListener("abort", () => this.close(), { once: true });
  }

  get state() { return this.#state; }
  get chatId() { return this.#stored.chatId; }
  /** Oldest first; not to be changed. */
  get messages() { return this.#transcript.messages; }
  /** Whether older messages may be there to load. */
  get hasEarlier() { return this.#hasEarlier; }

  /** Connects, and stays connected until `close`. Resolves when the bot has said welcome. */
  connect() {
    if (this.#state === "closed") return Promise.reject(closedError());
    if (!this.#ready) {
      const ready = {};
      ready.promise = new Promise((resolve, reject) => Object.assign(ready, { resolve, reject }));
      ready.promise.catch(() => {});
      this.#ready = ready;
    }
    if (this.#state === "idle") this.#connect();
    return this.#ready.promise;
  }

  /**
   * Sends a message; while there is no connection it waits for one. The bot answers one at a time.
   * @param {string} text
   * @param {{messageId?: string, signal?: AbortSignal}} [options]
   * @returns {Reply}
   */
  send(text, { messageId = this.#options.newId(), signal } = {}) {
    const reply = new Reply(messageId);
    try {
      if (this.#state === "closed") throw closedError();
      if (signal?.aborted) throw new BotError("aborted", "The message was taken back.", { messageId });
      encodeFrame({ action: "sendMessage", message: text, messageId });
    } catch (error) {
      reply._fail(error);
      return reply;
    }
    this.#turns.push({ messageId, text, reply, sends: 0, isOut: false });
    this.#transcript.put("customer", messageId, {
      text, state: "queued", createdAt: this.#clock.now(), error: undefined,
    });
    signal?.addEventListener("abort", () => this.#takeBack(messageId), { once: true });
    this.#persist();
    this.#changed();
    this.connect();
    this.#flush();
    return reply;
  }

  /** Sends a failed message again, as the same one where the bot allows it. */
  retry(messageId) {
    const message = this.#transcript.find("customer", messageId);
    if (message?.state !== "failed") throw new BotError("unknown_message", "No such message has failed.", { messageId });
    this.#transcript.remove("customer", messageId);
    return this.send(message.text, message.error?.code === "message_id_reused" ? {} : { messageId });
  }

  /** @param {string} messageId of the message whose reply is meant @param {"up" | "down"} rating @param {string} [comment] */
  feedback(messageId, rating, comment) {
    return this.#request("feedback", { action: "feedback", messageId, rating, comment }, messageId);
  }

  /** Asks for a person. Resolves with what the bot says to that. */
  async handoff() {
    return (await this.#request("handoff", { action: "handoff" })).message;
  }

  /** Puts the page before the oldest known message in front of `messages`. Resolves with how many came. */
  async loadEarlier() {
    const page = await this.#request("history", { action: "history", before: this.#transcript.oldest });
    this.#transcript.mergeOlder(page.messages ?? []);
    this.#hasEarlier = page.before != null;
    this.#changed();
    return page.messages?.length ?? 0;
  }

  /** Forgets who the visitor is, the chat, and what was not sent. A next `connect` makes a new visitor. */
  forget() {
    this.#hangUp();
    this.#stored = { token: undefined, chatId: undefined };
    this.#abandon(new BotError("aborted", "The chat was forgotten."));
    this.#transcript = new Transcript();
    this.#suspicion = this.#failures = 0;
    this.#hasEarlier = false;
    this.#ready = null;
    try {
      this.#options.storage?.removeItem(this.#options.storageKey);
    } catch {
      // A storage that refuses has nothing to forget.
    }
    if (this.#state !== "closed") this.#enter("idle");
    this.#changed();
  }

  /** Looks at once whether the connection is alive: for a page that was asleep, or a network that came back. */
  check() {
    if (this.#state === "waiting") this.#connect();
    else if (this.#state === "ready") this.#ping();
  }

  /** Ends for good. What is unanswered fails; what is stored stays. */
  close() {
    if (this.#state === "closed") return;
    this.#hangUp();
    this.#enter("closed");
    this.#abandon(closedError());
  }

  // The connection.

  async #connect() {
    this.#hangUp();
    const dial = ++this.#dial;
    this.#enter("connecting");
    const isProbe = this.#suspicion === 2 && !this.#options.token;
    let token;
    try {
      token = isProbe ? undefined : await this.#token();
    } catch (cause) {
      if (dial === this.#dial) this.#lost(new BotError("no_token", "No token for the chat.", { cause }));
      return;
    }
    if (dial !== this.#dial) return;
    const { url, WebSocket } = this.#options;
    const query = token ? `${url.includes("?") ? "&" : "?"}token=${encodeURIComponent(token)}` : "";
    let socket;
    try {
      socket = new WebSocket(url + query);
    } catch (cause) {
      this.#lost(new BotError("unreachable", "The bot cannot be reached.", { cause }));
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
        this.#connect();
        return;
      }
      this.#suspicion = 0;
      this.#transmit({ action: "hello", chatId: this.#stored.chatId });
      this.#after("hello", times.hello, () => this.#lost());
    }));
    socket.addEventListener("message", whileCurrent((event) => this.#receive(event.data)));
    const ended = whileCurrent(() => {
      if (!isOpen) this.#suspect(token, isProbe);
      this.#lost();
    });
    socket.addEventListener("close", ended);
    socket.addEventListener("error", ended);
    this.#after("connect", times.connect, ended);
  }

  /** The kept token while it is good; else one from whoever knows the customer. */
  async #token() {
    const { token } = this.#options;
    if (this.#stored.token && !(token && this.#suspicion >= 2)) return this.#stored.token;
    const given = typeof token === "function" ? await token() : token;
    if (token && !given) throw new Error("the token function gave none");
    return given;
  }

  #suspect(token, isProbe) {
    if (isProbe) this.#suspicion = 1;
    else if (!token || token !== this.#stored.token) return;
    else if (this.#suspicion < 2) this.#suspicion += 1;
    else {
      this.#stored.token = undefined;
      this.#suspicion = 0;
      this.#persist();
    }
  }

  /** The connection is gone: the next one after a while, which doubles, half of it by chance. */
  #lost(error) {
    if (this.#readyAt && this.#clock.now() - this.#readyAt > times.stable) this.#failures = 0;
    this.#hangUp();
    if (error) this.#emit("error", error);
    const full = Math.min(times.longestBackoff, times.backoff * 2 ** Math.min(this.#failures, 10));
    const delay = Math.max(
      Math.round(full / 2 + (full / 2) * this.#options.random()),
      (error?.retryAfter ?? 0) * 1000,
    );
    this.#failures += 1;
    this.#enter("waiting", { delay, attempt: this.#failures });
    this.#after("reconnect", delay, () => this.#connect());
  }

  #hangUp() {
    const socket = this.#socket;
    this.#socket = null;
    this.#dial += 1;
    this.#readyAt = 0;
    for (const timer of this.#timers.values()) this.#clock.clearTimeout(timer);
    this.#timers.clear();
    for (const turn of this.#turns) turn.isOut = false;
    if (socket && socket.readyState < 2) socket.close();
  }

  #transmit(frame) {
    this.#socket.send(encodeFrame(frame));
    this.#after("heartbeat", times.heartbeat, () => this.#ping());
  }

  #ping() {
    if (this.#state !== "ready" || this.#timers.has("pong")) return;
    this.#transmit({ action: "ping" });
    this.#after("pong", times.pong, () => this.#lost());
  }

  // What comes in.

  #receive(data) {
    let frame;
    try {
      frame = typeof data === "string" ? decodeFrame(data) : null;
    } catch {
      // The protocol grows: what cannot be read is passed over, and what it should have answered is asked again.
      return;
    }
    this.#stop("pong");
    if (!frame) return;
    if (frame.type === "error") this.#refused(frame);
    else if (frame.type === "welcome") this.#welcomed(frame, data.length);
    else if (frame.type === "delta") this.#grown(frame);
    else if (frame.type === "done") this.#answered(frame);
    else this.#settle(frame);
  }

  #welcomed(frame, size) {
    this.#stop("hello", "connect");
    const history = frame.history ?? [];
    const isSame = frame.chatId === this.#stored.chatId;
    if (!isSame) {
      const waiting = this.#transcript.messages.filter((message) => message.state !== "done" && message.role === "customer");
      this.#transcript.messages = waiting;
    }
    const isFirst = !isSame || !this.#transcript.oldest;
    this.#stored.chatId = frame.chatId;
    if (frame.token) this.#stored.token = frame.token;
    this.#transcript.mergeTail(history);
    // The page holds at most 20 messages, fewer where they are long.
    if (isFirst) this.#hasEarlier = history.length >= 20 || size > 16_000;
    for (const message of history) if (message.role === "bot") this.#finish(message);
    this.#readyAt = this.#clock.now();
    this.#renewAt = this.#readyAt + times.renewal - times.renewalSpread * this.#options.random();
    this.#after("renewal", this.#renewAt - this.#readyAt, () => this.#renew());
    for (const request of this.#requests) request.sentOn = null;
    this.#persist();
    this.#enter("ready");
    this.#emit("welcome", { chatId: frame.chatId, isNew: !isSame });
    this.#changed();
    this.#ready?.resolve();
    this.#flush();
  }

  /** A new connection before the old one is cut, but in no reply. */
  #renew() {
    if (this.#state === "ready" && !this.#turns.length && !this.#requests.length) this.#connect();
  }

  #grown({ messageId, seq, text }) {
    const turn = this.#turns.find((turn) => turn.messageId === messageId);
    if (!turn) return;
    this.#after("answer", times.answer, () => this.#lost());
    // After it was sent again, the bot may begin anew; what is shown is not shown again.
    if (seq !== turn.reply._next) return;
    turn.reply._add(text);
    this.#transcript.put("bot", messageId, { text: turn.reply.text, state: "streaming" });
    this.#emit("delta", { messageId, text });
    this.#changed();
  }

  #answered(frame) {
    const isKnown = this.#transcript.find("customer", frame.messageId);
    if (!isKnown) return;
    this.#transcript.put("bot", frame.messageId, {
      text: frame.text, citations: frame.citations ?? [], usage: frame.usage ?? undefined, state: "done",
      createdAt: this.#clock.now(),
    });
    this.#finish(frame);
    this.#changed();
    this.#flush();
    if (this.#clock.now() >= this.#renewAt) this.#renew();
  }

  /** `answer`: a `done`, or the same reply from the history. */
  #finish({ messageId, text, citations, usage }) {
    const message = this.#transcript.find("customer", messageId);
    if (message) Object.assign(message, { state: "done", error: undefined });
    const turn = this.#remove(messageId);
    if (!turn) return;
    this.#failures = 0;
    const done = { messageId, text, citations: citations ?? [], usage: usage ?? undefined };
    turn.reply._finish(done);
    this.#emit("done", done);
  }

  #remove(messageId) {
    const index = this.#turns.findIndex((turn) => turn.messageId === messageId);
    if (index < 0) return undefined;
    if (this.#turns[index].isOut) this.#stop("answer");
    const [turn] = this.#turns.splice(index, 1);
    this.#persist();
    return turn;
  }

  #refused(frame) {
    const { code, retryAfter } = frame;
    const messageId = frame.messageId ?? undefined;
    const error = new BotError(code, frame.message ?? "", { messageId, retryAfter: retryAfter ?? undefined });
    if (this.#state !== "ready" || code === "no_session") {
      this.#lost(this.#state === "ready" ? undefined : error);
      return;
    }
    const head = this.#turns[0];
    const turn = messageId ? this.#turns.find((turn) => turn.messageId === messageId) : undefined;
    const isFeedback = messageId && !turn?.isOut;
    const request = messageId && !isFeedback ? undefined : this.#requests.find((request) =>
      request.sentOn === this.#socket &&
      (isFeedback ? request.key === messageId : !code.startsWith("handoff_") || request.type === "handoff"));
    if (request) {
      this.#drop(request);
      request.reject(error);
    } else if (turn?.isOut && code === "turn_in_progress") {
      this.#sendLater(turn, (retryAfter ?? 1) * 1000, error);
    } else if (turn?.isOut) {
      this.#fail(turn, error);
    } else if (!messageId && head?.isOut) {
      this.#sendLater(head, 1000 * 2 ** (head.sends - 1), error);
    }
  }

  /** A request was answered. */
  #settle(frame) {
    const request = this.#requests.find((request) =>
      request.sentOn === this.#socket && request.type === frame.type &&
      (request.key === undefined || request.key === frame.messageId));
    if (!request) return;
    this.#drop(request);
    if (frame.type === "feedback") {
      const message = this.#transcript.find("bot", frame.messageId);
      if (message) message.rating = frame.rating;
      this.#emit("feedback", { messageId: frame.messageId, rating: frame.rating });
      this.#changed();
    } else if (frame.type === "handoff") {
      this.#emit("handoff", { message: frame.message });
    }
    request.resolve(frame);
  }

  // What goes out.

  #flush() {
    if (this.#state !== "ready") return;
    for (const request of this.#requests) {
      if (request.sentOn === this.#socket) continue;
      request.sentOn = this.#socket;
      this.#transmit(request.frame);
    }
    const turn = this.#turns[0];
    if (!turn || turn.isOut || this.#timers.has("again")) return;
    turn.isOut = true;
    turn.sends += 1;
    const message = this.#transcript.find("customer", turn.messageId);
    if (message) message.state = "sent";
    this.#transmit({ action: "sendMessage", message: turn.text, messageId: turn.messageId });
    this.#after("answer", times.answer, () => this.#unanswered(turn));
    this.#changed();
  }

  /** A connection that says nothing may be dead: the message goes out again on a new one. */
  #unanswered(turn) {
    if (turn.sends >= maximumSends) {
      this.#fail(turn, new BotError("no_answer", "No answer came.", { messageId: turn.messageId }));
    } else {
      this.#lost();
    }
  }

  #sendLater(turn, delay, error) {
    this.#stop("answer");
    if (turn.sends >= maximumSends) {
      this.#fail(turn, error);
      return;
    }
    this.#after("again", delay, () => {
      turn.isOut = false;
      this.#flush();
    });
  }

  #fail(turn, error) {
    this.#remove(turn.messageId);
    this.#stop("again", "answer");
    const message = this.#transcript.find("customer", turn.messageId);
    if (message) Object.assign(message, { state: "failed", error });
    // What came of a reply that failed was never stored.
    this.#transcript.remove("bot", turn.messageId);
    turn.reply._fail(error);
    this.#emit("error", error);
    this.#changed();
    this.#flush();
  }

  #takeBack(messageId) {
    const turn = this.#turns.find((turn) => turn.messageId === messageId);
    if (!turn) return;
    if (turn.sends === 0) this.#transcript.remove("customer", messageId);
    this.#fail(turn, new BotError("aborted", "The message was taken back.", { messageId }));
  }

  #request(type, frame, key) {
    try {
      if (this.#state === "closed") throw closedError();
      encodeFrame(frame);
    } catch (error) {
      return Promise.reject(error);
    }
    const request = { type, key, frame, sentOn: null };
    const answer = new Promise((resolve, reject) => Object.assign(request, { resolve, reject }));
    request.timer = this.#clock.setTimeout(() => {
      this.#drop(request);
      request.reject(new BotError("no_answer", "No answer came.", { messageId: key }));
    }, times.answer);
    this.#requests.push(request);
    this.connect();
    this.#flush();
    return answer;
  }

  #drop(request) {
    this.#clock.clearTimeout(request.timer);
    this.#requests = this.#requests.filter((other) => other !== request);
  }

  /** Nothing that waits will be answered. */
  #abandon(error) {
    for (const turn of this.#turns.splice(0)) turn.reply._fail(error);
    for (const request of [...this.#requests]) {
      this.#drop(request);
      request.reject(error);
    }
    this.#ready?.reject(error);
  }

  // Time, storage, events.

  /** One timer of each name. */
  #after(name, delay, action) {
    this.#stop(name);
    this.#timers.set(name, this.#clock.setTimeout(() => {
      this.#timers.delete(name);
      action();
    }, delay));
  }

  #stop(...names) {
    for (const name of names) {
      if (this.#timers.has(name)) this.#clock.clearTimeout(this.#timers.get(name));
      this.#timers.delete(name);
    }
  }

  #persist() {
    const pending = this.#turns.map(({ messageId, text }) => [messageId, text]);
    try {
      this.#options.storage?.setItem(this.#options.storageKey, JSON.stringify({ ...this.#stored, pending }));
    } catch {
      // A full or forbidden storage is no reason to refuse a chat.
    }
  }

  #restore() {
    let kept;
    try {
      kept = JSON.parse(this.#options.storage?.getItem(this.#options.storageKey) ?? "null");
    } catch {
      return;
    }
    if (typeof kept !== "object" || kept === null) return;
    for (const name of ["token", "chatId"]) if (typeof kept[name] === "string") this.#stored[name] = kept[name];
    for (const [messageId, text] of Array.isArray(kept.pending) ? kept.pending.filter(Array.isArray) : []) {
      try {
        encodeFrame({ action: "sendMessage", message: text, messageId });
      } catch {
        continue;
      }
      this.#turns.push({ messageId, text, reply: new Reply(messageId), sends: 0, isOut: false });
      this.#transcript.put("customer", messageId, { text, state: "queued" });
    }
  }

  #enter(state, detail = {}) {
    if (state === this.#state) return;
    this.#state = state;
    this.#emit("state", { state, ...detail });
  }

  #changed() {
    this.#emit("change", {});
  }

  #emit(type, detail) {
    this.dispatchEvent(new DetailEvent(type, detail));
  }
}

const closedError = () => new BotError("closed", "The chat is closed.");

/** `CustomEvent`, which Node 18 has not. */
class DetailEvent extends Event {
  constructor(type, detail) {
    super(type);
    this.detail = detail;
  }
}

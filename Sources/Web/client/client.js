import { Connection } from "./connection.js";
import { BotError, encodeFrame } from "./frames.js";
import { PendingReply } from "./reply.js";
import { Requests, answerTime } from "./requests.js";
import { Transcript } from "./transcript.js";

/** So often a message goes out before it is given up. */
const maximumSends = 6;

/** Enough chance to be new in a chat, which is all that the bot asks; Node 18 has no global `crypto`. */
const randomId = () => Array.from({ length: 3 }, () => Math.random().toString(36).slice(2)).join("");

/**
 * A chat with one bot: says hello, sends what is to be said one at a time, and again where no answer came, under its
 * `messageId`, which the bot answers at most once. README.md has the states.
 */
export class ChatClient extends EventTarget {
  #options;
  #connection;
  #transcript = new Transcript();
  #ready = null;
  #chatId;
  /** Messages without an answer, in order; the first one is with the bot. */
  #turns = [];
  #requests;
  #hasEarlier = false;

  /** @param {import("./index.d.ts").BotClientOptions} options */
  constructor(options) {
    super();
    if (!/^wss?:\/\/[^\s#]+$/.test(options?.url ?? "")) throw new TypeError("url: a wss:// or ws:// URL is needed");
    this.#options = {
      WebSocket: globalThis.WebSocket, random: Math.random, newId: randomId, storage: null,
      storageKey: `botctl:${options.url}`, ...options,
    };
    this.#connection = new Connection(this.#options, {
      greet: () => ({ action: "hello", chatId: this.#chatId }),
      receive: (frame, size) => this.#receive(frame, size),
      ended: () => this.#turns.forEach((turn) => (turn.isOut = false)),
      renewable: () => !this.#turns.length && !this.#requests.count,
      emit: (type, detail) => this.#emit(type, detail),
    });
    this.#requests = new Requests(this.#connection);
    this.#restore();
    const { signal } = options;
    if (signal?.aborted) this.close();
    signal?.addEventListener("abort", () => this.close(), { once: true });
  }

  get state() { return this.#connection.state; }
  get chatId() { return this.#chatId; }
  /** Oldest first; not to be changed. */
  get messages() { return this.#transcript.messages; }
  /** Whether older messages may be there to load. */
  get hasEarlier() { return this.#hasEarlier; }

  /** Connects, and stays connected until `close`. Resolves when the bot has said welcome. */
  connect() {
    if (this.state === "closed") return Promise.reject(closedError());
    if (!this.#ready) {
      const ready = {};
      ready.promise = new Promise((resolve, reject) => Object.assign(ready, { resolve, reject }));
      ready.promise.catch(() => {});
      this.#ready = ready;
    }
    if (this.state === "idle") this.#connection.open();
    return this.#ready.promise;
  }

  /**
   * Sends a message; while there is no connection it waits for one. The bot answers one at a time.
   * @param {string} text
   * @param {{messageId?: string, signal?: AbortSignal, confirm?: string}} [options] `confirm`: the id of a confirmation,
   * which is sent in the text's place
   * @returns {PendingReply}
   */
  send(text, { messageId = this.#options.newId(), signal, confirm } = {}) {
    const reply = this.makeReply(messageId);
    try {
      if (this.state === "closed") throw closedError();
      if (signal?.aborted) throw new BotError("aborted", "The message was taken back.", { messageId });
      encodeFrame(messageFrame({ text, messageId, confirm }));
    } catch (error) {
      reply.fail(error);
      return reply;
    }
    this.#turns.push({ messageId, text, confirm, reply, sends: 0, isOut: false });
    this.#transcript.put("customer", messageId, {
      text, confirm, state: "queued", createdAt: this.#connection.clock.now(), error: undefined,
    });
    signal?.addEventListener("abort", () => this.#takeBack(messageId), { once: true });
    this.#persist();
    this.#changed();
    this.connect();
    this.#flush();
    return reply;
  }

  /**
   * Gives the customer's word for a call that a reply waits with. Answered like a message; the call is made once.
   * @param {{id: string, tool: string}} confirmation a reply's
   * @param {{messageId?: string, signal?: AbortSignal}} [options]
   */
  confirm({ id, tool }, options) {
    // What the bot keeps as the customer's words.
    return this.send(`✓ ${tool}`, { ...options, confirm: id });
  }

  /** What `send` returns. */
  makeReply(messageId) {
    return new PendingReply(messageId);
  }

  /** Sends a failed message again, as the same one where the bot allows it. */
  retry(messageId) {
    const message = this.#transcript.find("customer", messageId);
    if (message?.state !== "failed") throw new BotError("unknown_message", "No such message has failed.", { messageId });
    this.#transcript.remove("customer", messageId);
    const { text, confirm } = message;
    return this.send(text, message.error.code === "message_id_reused" ? { confirm } : { messageId, confirm });
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
    this.#connection.reset();
    this.#chatId = undefined;
    this.#abandon(new BotError("aborted", "The chat was forgotten."));
    this.#transcript = new Transcript();
    this.#hasEarlier = false;
    this.#ready = null;
    try {
      this.#options.storage?.removeItem(this.#options.storageKey);
    } catch {
      // A storage that refuses has nothing to forget.
    }
    this.#changed();
  }

  /** Looks at once whether the connection is alive: for a page that was asleep, or a network that came back. */
  check() {
    this.#connection.check();
  }

  /** Ends for good. What is unanswered fails; what is stored stays. */
  close() {
    if (this.state === "closed") return;
    this.#connection.hangUp();
    this.#connection.enter("closed");
    this.#abandon(closedError());
  }

  // What comes in.

  #receive(frame, size) {
    if (frame.type === "error") this.#refused(frame);
    else if (frame.type === "welcome") this.#welcomed(frame, size);
    else if (frame.type === "delta") this.#grown(frame);
    else if (frame.type === "done") this.#answered(frame);
    else this.#settle(frame);
  }

  #welcomed(frame, size) {
    const history = frame.history ?? [];
    const isSame = frame.chatId === this.#chatId;
    if (!isSame) {
      const waiting = this.#transcript.messages.filter((message) => message.state !== "done" && message.role === "customer");
      this.#transcript.messages = waiting;
    }
    const isFirst = !isSame || !this.#transcript.oldest;
    this.#chatId = frame.chatId;
    if (frame.token) this.#connection.token = frame.token;
    this.#transcript.mergeTail(history);
    // The page holds at most 20 messages, fewer where they are long.
    if (isFirst) this.#hasEarlier = history.length >= 20 || size > 16_000;
    for (const message of history) if (message.role === "bot") this.#finish(message);
    this.#persist();
    this.#connection.ready();
    this.#emit("welcome", { chatId: frame.chatId, isNew: !isSame });
    this.#changed();
    this.#ready?.resolve();
    this.#flush();
  }

  #grown({ messageId, seq, text }) {
    const turn = this.#turns.find((turn) => turn.messageId === messageId);
    if (!turn) return;
    this.#connection.after("answer", answerTime, () => this.#connection.lost());
    // After it was sent again, the bot may begin anew; what is shown is not shown again.
    if (seq !== turn.reply.parts.length) return;
    turn.reply.add(text);
    this.#transcript.put("bot", messageId, { text: turn.reply.text, state: "streaming" });
    this.#emit("delta", { messageId, text });
    this.#changed();
  }

  #answered(frame) {
    const isKnown = this.#transcript.find("customer", frame.messageId);
    if (!isKnown) return;
    this.#transcript.put("bot", frame.messageId, {
      text: frame.text, citations: frame.citations ?? [], usage: frame.usage ?? undefined, state: "done",
      confirmation: frame.confirmation ?? undefined, createdAt: this.#connection.clock.now(),
    });
    this.#finish(frame);
    this.#changed();
    this.#flush();
    this.#connection.renew();
  }

  /** `answer`: a `done`, or the same reply from the history. */
  #finish({ messageId, text, citations, usage, confirmation }) {
    const message = this.#transcript.find("customer", messageId);
    if (message) Object.assign(message, { state: "done", error: undefined });
    const turn = this.#remove(messageId);
    if (!turn) return;
    this.#connection.proven();
    const done = { messageId, text, citations: citations ?? [], usage: usage ?? undefined };
    if (confirmation) done.confirmation = confirmation;
    turn.reply.finish(done);
    this.#emit("done", done);
  }

  #remove(messageId) {
    const index = this.#turns.findIndex((turn) => turn.messageId === messageId);
    if (index < 0) return undefined;
    if (this.#turns[index].isOut) this.#connection.stop("answer");
    const [turn] = this.#turns.splice(index, 1);
    this.#persist();
    return turn;
  }

  #refused(frame) {
    const { code, retryAfter } = frame;
    const messageId = frame.messageId ?? undefined;
    const error = new BotError(code, frame.message ?? "", { messageId, retryAfter: retryAfter ?? undefined });
    if (this.state !== "ready" || code === "no_session") {
      this.#connection.lost(this.state === "ready" ? undefined : error);
      return;
    }
    const head = this.#turns[0];
    const turn = this.#turns.find((turn) => turn.messageId === messageId && turn.isOut);
    if (turn && code === "turn_in_progress") this.#sendLater(turn, (retryAfter ?? 1) * 1000, error);
    else if (turn) this.#fail(turn, error);
    else if (!this.#requests.refuse(error) && !messageId && head?.isOut) {
      this.#sendLater(head, 1000 * 2 ** (head.sends - 1), error);
    }
  }

  /** A request was answered. */
  #settle(frame) {
    if (!this.#requests.settle(frame)) return;
    if (frame.type === "feedback") {
      const message = this.#transcript.find("bot", frame.messageId);
      if (message) message.rating = frame.rating;
      this.#emit("feedback", { messageId: frame.messageId, rating: frame.rating });
      this.#changed();
    } else if (frame.type === "handoff") {
      this.#emit("handoff", { message: frame.message });
    }
  }

  // What goes out.

  #flush() {
    if (this.state !== "ready") return;
    this.#requests.flush();
    const turn = this.#turns[0];
    if (!turn || turn.isOut || this.#connection.isTiming("again")) return;
    turn.isOut = true;
    turn.sends += 1;
    const message = this.#transcript.find("customer", turn.messageId);
    if (message) message.state = "sent";
    this.#connection.send(messageFrame(turn));
    this.#connection.after("answer", answerTime, () => this.#unanswered(turn));
    this.#changed();
  }

  /** A connection that says nothing may be dead: the message goes out again on a new one. */
  #unanswered(turn) {
    if (turn.sends >= maximumSends) {
      this.#fail(turn, new BotError("no_answer", "No answer came.", { messageId: turn.messageId }));
    } else {
      this.#connection.lost();
    }
  }

  #sendLater(turn, delay, error) {
    this.#connection.stop("answer");
    if (turn.sends >= maximumSends) {
      this.#fail(turn, error);
      return;
    }
    this.#connection.after("again", delay, () => {
      turn.isOut = false;
      this.#flush();
    });
  }

  #fail(turn, error) {
    this.#remove(turn.messageId);
    this.#connection.stop("again", "answer");
    const message = this.#transcript.find("customer", turn.messageId);
    if (message) Object.assign(message, { state: "failed", error });
    // What came of a reply that failed was never stored.
    this.#transcript.remove("bot", turn.messageId);
    turn.reply.fail(error);
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
    if (this.state === "closed") return Promise.reject(closedError());
    const answer = this.#requests.ask(type, frame, key);
    this.connect();
    this.#flush();
    return answer;
  }

  /** Nothing that waits will be answered. */
  #abandon(error) {
    for (const turn of this.#turns.splice(0)) turn.reply.fail(error);
    this.#requests.abandon(error);
    this.#ready?.reject(error);
  }

  // Storage, events.

  #persist() {
    const pending = this.#turns.map(({ messageId, text, confirm }) => [messageId, text, confirm]);
    try {
      this.#options.storage?.setItem(this.#options.storageKey, JSON.stringify({ token: this.#connection.token, chatId: this.#chatId, pending }));
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
    if (typeof kept.token === "string") this.#connection.token = kept.token;
    if (typeof kept.chatId === "string") this.#chatId = kept.chatId;
    for (const [messageId, text, given] of Array.isArray(kept.pending) ? kept.pending.filter(Array.isArray) : []) {
      // What is undefined is null in JSON.
      const confirm = given ?? undefined;
      try {
        encodeFrame(messageFrame({ text, messageId, confirm }));
      } catch {
        continue;
      }
      this.#turns.push({ messageId, text, confirm, reply: this.makeReply(messageId), sends: 0, isOut: false });
      this.#transcript.put("customer", messageId, { text, confirm, state: "queued" });
    }
  }

  #changed() {
    this.#emit("change", {});
  }

  #emit(type, detail) {
    this.dispatchEvent(new DetailEvent(type, detail));
  }
}

const messageFrame = ({ text, confirm, messageId }) =>
  ({ action: "sendMessage", message: confirm ? undefined : text, confirm, messageId });

const closedError = () => new BotError("closed", "The chat is closed.");

/** `CustomEvent`, which Node 18 has not. */
class DetailEvent extends Event {
  constructor(type, detail) {
    super(type);
    this.detail = detail;
  }
}

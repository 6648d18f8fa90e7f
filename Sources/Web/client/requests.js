import { BotError, encodeFrame } from "./frames.js";

/** Milliseconds. So long a message waits for a sign of its answer, and a request for its answer. */
export const answerTime = 30_000;

/**
 * The frames that are answered by one frame, messages excepted: sent on each new connection until they are answered.
 * Frames have no ids of their own, so an answer is for the first request that it can be for.
 */
export class Requests {
  #waiting = [];
  #connection;

  /** @param {import("./connection.js").Connection} connection */
  constructor(connection) {
    this.#connection = connection;
  }

  get count() {
    return this.#waiting.length;
  }

  /** @param {string} type of the answer @param {object} frame @param {string} [key] the `messageId` of the answer */
  ask(type, frame, key) {
    try {
      encodeFrame(frame);
    } catch (failure) {
      return Promise.reject(failure);
    }
    const request = { type, key, content: frame, sentOn: null };
    const answer = new Promise((resolve, reject) => Object.assign(request, { resolve, reject }));
    request.timer = this.#connection.clock.setTimeout(() => {
      this.#drop(request).reject(new BotError("no_answer", "No answer came.", { messageId: key }));
    }, answerTime);
    this.#waiting.push(request);
    return answer;
  }

  /** Sends what this connection has not sent. */
  flush() {
    for (const request of this.#waiting) {
      if (request.sentOn === this.#connection.number) continue;
      request.sentOn = this.#connection.number;
      this.#connection.send(request.content);
    }
  }

  /** @returns whether the frame answers one */
  settle(frame) {
    const request = this.#find(({ type, key }) => type === frame.type && (key === undefined || key === frame.messageId));
    if (request) this.#drop(request).resolve(frame);
    return Boolean(request);
  }

  /** @returns whether the error is for one */
  refuse(error) {
    const request = this.#find(({ type, key }) =>
      error.messageId ? key === error.messageId : !error.code.startsWith("handoff_") || type === "handoff");
    if (request) this.#drop(request).reject(error);
    return Boolean(request);
  }

  /** Nothing that waits will be answered. */
  abandon(error) {
    for (const request of [...this.#waiting]) this.#drop(request).reject(error);
  }

  #find(isIt) {
    return this.#waiting.find((request) => request.sentOn === this.#connection.number && isIt(request));
  }

  #drop(request) {
    this.#connection.clock.clearTimeout(request.timer);
    this.#waiting = this.#waiting.filter((other) => other !== request);
    return request;
  }
}

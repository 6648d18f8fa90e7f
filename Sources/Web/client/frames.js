// The protocol's frames (docs/protocol.md), checked on their way out and in. What leaves is byte for byte what the
// other clients send: Tests/Protocol/vectors.json holds all of them to it.

/** API Gateway's limit of a frame; a browser cannot split a message into several. */
const maximumFrameBytes = 32 * 1024;
const messageIdPattern = /^[A-Za-z0-9_-]{1,64}$/;
const historyIdPattern = /^[0-9A-HJKMNP-TV-Z]{26}\.[01]$/;
const blankPattern = /^[\p{White_Space}\0]*$/u;

/** A failure with a stable `code`: one of the protocol's error codes, or `closed`, `aborted`, `no_answer`, `no_token`. */
export class BotError extends Error {
  /** @param {string} code @param {string} message @param {{messageId?: string, retryAfter?: number, cause?: unknown}} [more] */
  constructor(code, message, more = {}) {
    super(message, "cause" in more ? { cause: more.cause } : undefined);
    this.name = "BotError";
    this.code = code;
    this.messageId = more.messageId;
    this.retryAfter = more.retryAfter;
  }

  /** Whether the same message may succeed when it is sent again. */
  get retryable() {
    return !/^(bad_|unknown_|message_(empty|too)|handoff_un|closed|aborted)/.test(this.code);
  }
}

const demand = (holds, code = "bad_frame", message = code) => {
  if (!holds) throw new BotError(code, message);
};

const isText = (given) => typeof given === "string";

const isCount = (given) => Number.isSafeInteger(given);
const isRating = (given) => given === "up" || given === "down";
const optional = (holds) => (given) => given === undefined || holds(given);
const isList = (holds) => (given) => Array.isArray(given) && given.every(holds);
const isRecord = (fields) => (given) =>
  typeof given === "object" && given !== null && !Array.isArray(given) &&
  Object.entries(fields).every(([field, holds]) => holds(given[field] ?? undefined));

const isHistoryId = (given) => isText(given) && historyIdPattern.test(given);

const checks = {
  hello: isRecord({ chatId: optional(isText) }),
  sendMessage: ({ messageId, message, confirm }) =>
    isText(messageId) && (confirm === undefined ? isText(message) : message === undefined && isHistoryId(`${confirm}.1`)),
  history: isRecord({ before: optional(isHistoryId) }),
  feedback: isRecord({ messageId: isText, rating: isRating, comment: optional(isText) }),
  handoff: isRecord({}),
  ping: isRecord({}),
};

/**
 * A client's frame as JSON with sorted keys. Halves of surrogate pairs, which no UTF-8 can hold, become U+FFFD.
 * @param {Record<string, unknown>} frame
 */
export const encodeFrame = (frame) => {
  demand(isText(frame.action));
  demand(Object.hasOwn(checks, frame.action), "unknown_action");
  demand(checks[frame.action](frame));
  demand(messageIdPattern.test(frame.messageId ?? "-"), "bad_message_id");
  demand(!blankPattern.test(frame.message ?? "-"), "message_empty", "The message is empty.");
  const sorted = {};
  for (const key of Object.keys(frame).sort()) {
    const given = frame[key];
    if (given !== undefined) sorted[key] = isText(given) ? given.replace(/\p{Surrogate}/gu, "\ufffd") : given;
  }
  const json = JSON.stringify(sorted);
  demand(new TextEncoder().encode(json).length < maximumFrameBytes, "message_too_long", "The message is too long.");
  return json;
};

const isConfirmation = isRecord({ id: isText, tool: isText, input: isText, expiresAt: isCount });
const isCitation = isRecord({ id: isText, title: isText, file: isText });
const isMessage = isRecord({
  id: isText,
  messageId: isText,
  role: (role) => role === "customer" || role === "bot",
  text: isText,
  createdAt: isCount,
  citations: isList(isCitation),
  confirmation: optional(isConfirmation),
});
const isUsage = isRecord({ inputTokens: isCount, outputTokens: isCount });

const shapes = {
  welcome: isRecord({ chatId: isText, token: optional(isText), history: optional(isList(isMessage)) }),
  delta: isRecord({ messageId: isText, seq: isCount, text: isText }),
  done: isRecord({
    messageId: isText, text: isText, citations: optional(isList(isCitation)), usage: optional(isUsage),
    confirmation: optional(isConfirmation),
  }),
  error: isRecord({
    code: isText, message: optional(isText), messageId: optional(isText), retryAfter: optional(isCount),
  }),
  history: isRecord({ messages: optional(isList(isMessage)), before: optional(isText) }),
  feedback: isRecord({ messageId: isText, rating: isRating }),
  handoff: isRecord({ message: isText }),
  pong: isRecord({}),
};

/**
 * What the bot sent, or the gateway in its place (an `error` of the code `gateway`).
 * @param {string} text
 * @returns {Record<string, any> | null} null for a type that this version does not know, to be passed over
 * @throws {BotError} `bad_frame`
 */
export const decodeFrame = (text) => {
  let frame;
  try {
    frame = JSON.parse(text);
  } catch (cause) {
    throw new BotError("bad_frame", "bad_frame", { cause });
  }
  demand(isRecord({ type: optional(isText) })(frame));
  if (frame.type === undefined || frame.type === null) {
    demand(isText(frame.message));
    return { type: "error", code: "gateway", message: frame.message };
  }
  if (!Object.hasOwn(shapes, frame.type)) return null;
  demand(shapes[frame.type](frame));
  return frame;
};

export type Rating = "up" | "down";

export interface Citation {
  /** Of the rule, as `returns-3`. */
  id: string;
  title: string;
  file: string;
}

export interface Usage {
  inputTokens: number;
  outputTokens: number;
}

/** A call of a tool that waits for the customer: show `tool` and `input` (JSON) beside the button. */
export interface Confirmation {
  id: string;
  tool: string;
  input: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

export interface Answer {
  messageId: string;
  text: string;
  citations: Citation[];
  /** Absent where the answer came from the store. */
  usage?: Usage;
  /** To be given to `confirm`. */
  confirmation?: Confirmation;
}

export interface ChatMessage {
  /** Of the store; absent until the history brought it. Orders a chat's messages by time. */
  readonly id?: string;
  readonly messageId: string;
  readonly role: "customer" | "bot";
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly createdAt?: number;
  readonly citations: readonly Citation[];
  /** Of a reply, as long as it can be given. */
  readonly confirmation?: Confirmation;
  /** Of a customer's message: the id of the confirmation that it gives. */
  readonly confirm?: string;
  /** `queued`: not sent yet; `sent`: not answered yet; `streaming`: part of a reply. */
  readonly state: "queued" | "sent" | "streaming" | "done" | "failed";
  /** Of a message that `failed`. */
  readonly error?: BotError;
  /** What was said of this reply in this page. */
  readonly rating?: Rating;
}

export type State = "idle" | "connecting" | "ready" | "waiting" | "closed";

export interface BotEvents {
  state: { state: State; /** Milliseconds until the next attempt, while `waiting`. */ delay?: number; attempt?: number };
  /** `isNew`: the bot does not know the chat that was asked for, or none was. */
  welcome: { chatId: string; isNew: boolean };
  /** `messages` is not as it was. */
  change: {};
  delta: { messageId: string; text: string };
  done: Answer;
  error: BotError;
  feedback: { messageId: string; rating: Rating };
  handoff: { message: string };
}

export type BotEvent = { [Type in keyof BotEvents]: { type: Type; detail: BotEvents[Type] } }[keyof BotEvents];

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  setTimeout(action: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}

export interface BotClientOptions {
  /** `wss://…/<stage>`: what `botctl outputs` calls the chat. */
  url: string;
  /**
   * The customer's token, for `auth.mode: signed` and `jwt`: asked for at each connect that the bot's own token does
   * not serve. A visitor has none.
   */
  token?: string | (() => string | Promise<string>);
  /** Where token, chat and unsent messages outlive the page; nowhere when it is left out. */
  storage?: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;
  /** Default: `botctl:<url>`. */
  storageKey?: string;
  /** Closes the client. */
  signal?: AbortSignal;
  /** Default: the global one. Node has it since 22; `ws` of npm is another. */
  WebSocket?: new (url: string) => WebSocket;
  clock?: Clock;
  /** 0 to 1, for jitter. */
  random?: () => number;
  /** 1 to 64 of `A-Z a-z 0-9 - _`, new each time. */
  newId?: () => string;
}

/** A failure with a stable code: the protocol's, or `closed`, `aborted`, `no_answer`, `no_token`, `unreachable`. */
export class BotError extends Error {
  readonly code: string;
  readonly messageId?: string;
  /** Seconds. */
  readonly retryAfter?: number;
  /** Whether the same message may succeed when it is sent again. */
  readonly retryable: boolean;
  constructor(code: string, message: string, more?: { messageId?: string; retryAfter?: number; cause?: unknown });
}

/** Iterate it for the parts as they come, await `done` for the whole, whose text counts. */
export class Reply implements AsyncIterable<string> {
  readonly messageId: string;
  readonly done: Promise<Answer>;
  /** What came so far. */
  readonly text: string;
  readonly isOver: boolean;
  [Symbol.asyncIterator](): AsyncIterator<string>;
}

export class BotClient extends EventTarget {
  constructor(options: BotClientOptions);
  readonly state: State;
  readonly chatId: string | undefined;
  /** Oldest first. */
  readonly messages: readonly ChatMessage[];
  /** Whether older messages may be there to load. */
  readonly hasEarlier: boolean;
  /** Connects, and stays connected until `close`. Resolves with the bot's welcome. */
  connect(): Promise<void>;
  /** Sends a message; while there is no connection it waits for one. */
  send(text: string, options?: { messageId?: string; signal?: AbortSignal }): Reply;
  /** Has the call made that a reply waits with; answered like a message. */
  confirm(confirmation: Confirmation, options?: { messageId?: string; signal?: AbortSignal }): Reply;
  /** Sends a failed message again. */
  retry(messageId: string): Reply;
  feedback(messageId: string, rating: Rating, comment?: string): Promise<{ messageId: string; rating: Rating }>;
  /** Asks for a person; resolves with what the bot says to that. */
  handoff(): Promise<string>;
  /** Puts a page of older messages in front of `messages`; resolves with how many. */
  loadEarlier(): Promise<number>;
  /** Forgets the visitor, the chat and what was not sent. The next `connect` makes a new visitor. */
  forget(): void;
  /** Looks at once whether the connection is alive. */
  check(): void;
  close(): void;
  /** Every event, until `signal` aborts or the client is closed. */
  events(options?: { signal?: AbortSignal }): AsyncGenerator<BotEvent, void>;
  addEventListener<Type extends keyof BotEvents>(
    type: Type,
    listener: (event: Event & { readonly detail: BotEvents[Type] }) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** JSON with sorted keys, checked. @throws {BotError} with the code that the bot would answer */
export function encodeFrame(frame: Record<string, unknown>): string;

/** null: of a type that this version does not know. @throws {BotError} `bad_frame` */
export function decodeFrame(text: string): Record<string, any> | null;

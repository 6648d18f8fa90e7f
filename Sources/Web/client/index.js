export { BotError, decodeFrame, encodeFrame } from "./frames.js";
export { Reply } from "./reply.js";
export { BotClient } from "./events.js";

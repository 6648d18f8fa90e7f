export { BotError, decodeFrame, encodeFrame } from "./frames.js";
export { BotClient, Reply } from "./events.js";

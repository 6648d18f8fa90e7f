import { BotctlChat } from "./element.js";

if (!customElements.get("botctl-chat")) customElements.define("botctl-chat", BotctlChat);

/** `<script src="botctl-widget.js" data-url="wss://…" async>`: the script's own `data-` attributes make the element. */
const addFromScript = (script) => {
  if (!script?.dataset?.url) return;
  const add = () => {
    const element = document.createElement("botctl-chat");
    for (const [key, given] of Object.entries(script.dataset)) {
      element.setAttribute(key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), given);
    }
    if (script.nonce) element.nonce = script.nonce;
    document.body.append(element);
  };
  if (document.body) add();
  else document.addEventListener("DOMContentLoaded", add, { once: true });
};

addFromScript(document.currentScript);

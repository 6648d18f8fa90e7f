import { ask, byId, make } from "./dom.js";

/** Who chats, and the chat: the widget as customers see it. */
export class Customer {
  #url = "";
  #mode = "";
  #heading = "";
  #user = "customer-1";
  #token = "";
  #chat = null;

  /** Makes the chat anew where the bot is reached in another way than before. */
  update(url, mode, heading) {
    if (url === this.#url && mode === this.#mode && heading === this.#heading) return;
    [this.#url, this.#mode, this.#heading] = [url, mode, heading];
    this.#controls();
    this.#place();
  }

  #controls() {
    const group = byId("customer");
    const fresh = make("button", { type: "button", id: "new-chat", onclick: () => this.#fresh() }, "New chat");
    if (this.#mode === "visitor") {
      group.replaceChildren(fresh);
      return;
    }
    const isSigned = this.#mode === "signed";
    const input = make("input", {
      id: "user", autocomplete: "off", spellcheck: "false",
      oninput: () => (isSigned ? (this.#user = input.value) : (this.#token = input.value)),
    });
    input.value = isSigned ? this.#user : this.#token;
    group.replaceChildren(
      make("label", { for: "user" }, isSigned ? "Signed in as " : "Token of your identity provider "), input, fresh);
  }

  #place() {
    this.#chat?.remove();
    const chat = document.createElement("botctl-chat");
    chat.setAttribute("url", this.#url);
    chat.setAttribute("heading", this.#heading);
    // Signed-in customers' tokens are made for one connection each.
    if (this.#mode === "signed") {
      chat.tokenProvider = async () => {
        const { status, value } = await ask("token", { user: this.#user });
        if (status !== 200) throw new Error(value.message);
        return value.token;
      };
    } else if (this.#mode === "jwt") {
      chat.tokenProvider = () => this.#token;
    }
    // On a phone the open chat covers the page.
    if (this.#mode !== "jwt" && matchMedia("(min-width: 60em)").matches) chat.setAttribute("open", "");
    document.body.append(chat);
    this.#chat = chat;
  }

  #fresh() {
    this.#chat?.forget();
    this.#place();
    this.#chat.open();
  }
}

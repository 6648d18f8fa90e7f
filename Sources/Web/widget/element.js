import { icon, icons, make } from "./dom.js";
import { ChatPanel } from "./panel.js";
import { stringsWith } from "./strings.js";
import { css } from "./style.js";

/** One for all elements of a page. Where a browser has no constructable style sheets, a `style` with the page's nonce. */
const addStyle = (root, nonce) => {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = make("style", { text: css });
    if (nonce) style.nonce = nonce;
    root.append(style);
  }
};

/**
 * `<botctl-chat url="wss://…">`: a round button, and the chat when it is pressed. docs/widget.md has its attributes,
 * variables and events.
 */
export class BotctlChat extends HTMLElement {
  #root;
  #launcher;
  #panel = null;
  #abort;
  /** @type {(() => string | Promise<string>) | undefined} gives the customer's token, for `auth.mode: signed` and `jwt` */
  tokenProvider;

  connectedCallback() {
    if (!this.#root) this.#build();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const watch = (query, action) => {
      const media = matchMedia(query);
      media.addEventListener("change", () => action(media.matches), { signal });
      action(media.matches);
    };
    watch("(prefers-color-scheme: dark)", (isDark) => {
      const theme = this.getAttribute("theme") ?? "auto";
      this.toggleAttribute("dark", theme === "dark" || (theme === "auto" && isDark));
    });
    watch("(max-width: 480px)", (isPhone) => {
      this.toggleAttribute("phone", isPhone);
      this.#fit();
    });
    const check = () => {
      if (document.visibilityState === "visible") this.#panel?.client.check();
    };
    document.addEventListener("visibilitychange", check, { signal });
    window.addEventListener("online", check, { signal });
    if (this.hasAttribute("open")) this.open();
  }

  disconnectedCallback() {
    this.#abort?.abort();
    this.#panel?.end();
    this.#panel?.element.remove();
    this.#panel = null;
    this.#launcher.setAttribute("aria-expanded", "false");
    this.#launcher.hidden = false;
  }

  get isOpen() {
    return this.#panel !== null && !this.#panel.element.hidden;
  }

  /** The chat's connection, once it was opened. */
  get client() {
    return this.#panel?.client;
  }

  open() {
    if (!this.isConnected || this.isOpen) return;
    if (!this.#panel) {
      this.#panel = this.#makePanel();
      this.#root.append(this.#panel.element);
    }
    this.#panel.element.hidden = false;
    this.#launcher.setAttribute("aria-expanded", "true");
    this.#fit();
    this.#panel.focus();
    this.#emit("open", {});
  }

  close() {
    if (!this.isOpen) return;
    this.#panel.element.hidden = true;
    this.#launcher.setAttribute("aria-expanded", "false");
    this.#fit();
    this.#launcher.focus();
    this.#emit("close", {});
  }

  /** Forgets the visitor and the chat on this device, opened or not. */
  forget() {
    if (this.#panel) this.#panel.client.forget();
    else this.#storage?.removeItem(this.#storageKey);
  }

  get #storageKey() {
    return `botctl:${this.getAttribute("url")}`;
  }

  /** A visitor comes back to the chat in 30 days; a signed-in customer's token stays in the tab. */
  get #storage() {
    const wanted = /^(local|session|none)$/.exec(this.getAttribute("storage"))?.[0];
    try {
      return window[`${wanted ?? (this.#isSignedIn ? "session" : "local")}Storage`];
    } catch {
      // A page may forbid its storage; the chat then lasts as long as the page.
      return null;
    }
  }

  get #isSignedIn() {
    return Boolean(this.tokenProvider || this.hasAttribute("token"));
  }

  get #strings() {
    return stringsWith(this.getAttribute("strings"));
  }

  #build() {
    this.#root = this.attachShadow({ mode: "open" });
    addStyle(this.#root, this.nonce);
    const strings = this.#strings;
    this.#launcher = make("button", {
      class: "launcher", title: strings.open, "aria-haspopup": "dialog",
      "aria-expanded": "false", onclick: () => (this.isOpen ? this.close() : this.open()),
    }, icon(icons.chat));
    this.#root.append(this.#launcher);
  }

  #makePanel() {
    const attribute = (key) => this.getAttribute(key) ?? "";
    return new ChatPanel({
      client: {
        url: attribute("url"),
        token: this.tokenProvider ?? (attribute("token") || undefined),
        storage: this.#storage,
        storageKey: this.#storageKey,
      },
      strings: this.#strings,
      heading: attribute("heading"),
      greeting: attribute("greeting"),
      hosts: attribute("link-hosts").split(/[\s,]+/).filter(Boolean),
      handoff: attribute("handoff") !== "off",
      close: () => this.close(),
      emit: (type, detail) => this.#emit(type, detail),
    });
  }

  /** On a phone the open chat covers the page, its button too. */
  #fit() {
    const isPhone = this.hasAttribute("phone");
    this.#launcher.hidden = isPhone && this.isOpen;
    if (this.#panel) this.#panel.isModal = isPhone;
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(`botctl-${type}`, { detail, bubbles: true, composed: true }));
  }
}

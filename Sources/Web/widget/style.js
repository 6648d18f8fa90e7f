/** Sizes and colours are variables that a page sets on `botctl-chat`; the defaults pass WCAG AA in both themes. */
// The spaces of what is tagged `String.raw` leave with the one-file build.
export const css = String.raw`
:host {
  --accent: var(--botctl-accent, #0b5c66);
  --on-accent: var(--botctl-on-accent, #fff);
  --background: var(--botctl-background, #fff);
  --text: var(--botctl-text, #1b2426);
  --muted: var(--botctl-muted, #566164);
  --border: var(--botctl-border, #d5dcde);
  --bubble: var(--botctl-bubble, #eef2f3);
  --alert: var(--botctl-alert, #a3231a);
  all: initial;
  position: fixed;
  inset-block-end: var(--botctl-offset, 20px);
  inset-inline-end: var(--botctl-offset, 20px);
  z-index: var(--botctl-z-index, 2147483000);
  font: 15px/1.45 var(--botctl-font, system-ui, sans-serif);
  color: var(--text);
  color-scheme: light;
}
:host([hidden]) { display: none; }
:host([dark]) {
  --accent: var(--botctl-dark-accent, #6cc7d2);
  --on-accent: var(--botctl-dark-on-accent, #0d1a1c);
  --background: var(--botctl-dark-background, #151b1d);
  --text: var(--botctl-dark-text, #e8eeef);
  --muted: var(--botctl-dark-muted, #a3b0b3);
  --border: var(--botctl-dark-border, #354044);
  --bubble: var(--botctl-dark-bubble, #242d30);
  --alert: var(--botctl-dark-alert, #ff9d92);
  color-scheme: dark;
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
button, textarea { font: inherit; color: inherit; }
button { cursor: pointer; border: 0; background: none; padding: 0; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.launcher {
  inline-size: 56px;
  block-size: 56px;
  border-radius: 50%;
  background: var(--accent);
  color: var(--on-accent);
  box-shadow: 0 4px 16px #0004;
  display: grid;
  place-items: center;
}
svg { inline-size: 24px; block-size: 24px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.panel {
  position: absolute;
  inset-block-end: 72px;
  inset-inline-end: 0;
  inline-size: min(var(--botctl-width, 380px), calc(100vw - 40px));
  block-size: min(var(--botctl-height, 600px), calc(100vh - 112px));
  display: flex;
  flex-direction: column;
  overflow: hidden;
  background: var(--background);
  border: 1px solid var(--border);
  border-radius: var(--botctl-radius, 14px);
  box-shadow: 0 8px 32px #0003;
  animation: rise .18s ease-out;
}
@keyframes rise { from { opacity: 0; transform: translateY(12px); } }
header {
  display: flex;
  align-items: center;
  gap: 4px;
  padding-block: 10px;
  padding-inline: 16px 8px;
  background: var(--accent);
  color: var(--on-accent);
}
header h2 { flex: 1; margin: 0; font-size: 16px; font-weight: 600; }
header button { inline-size: 36px; block-size: 36px; border-radius: 8px; display: grid; place-items: center; }
header :focus-visible { outline-color: var(--on-accent); outline-offset: -3px; }
header svg { inline-size: 20px; block-size: 20px; }
.note { margin: 0; padding: 6px 16px; background: var(--bubble); color: var(--muted); font-size: 13px; }
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 16px; }
.log:focus-visible { outline-offset: -2px; }
ol, ul { list-style: none; margin: 0; padding: 0; }
ol { display: flex; flex-direction: column; gap: 12px; }
.earlier { display: block; margin: 0 auto 12px; }
li[data-role] { display: flex; flex-direction: column; align-items: flex-start; gap: 4px; }
li[data-role="customer"] { align-items: flex-end; }
.text {
  max-inline-size: 88%;
  padding: 8px 12px;
  border-radius: 12px;
  background: var(--bubble);
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
[data-role="customer"] .text { background: var(--accent); color: var(--on-accent); }
[data-role="notice"] { align-self: center; text-align: center; color: var(--muted); font-size: 13px; }
[data-role="notice"] .text { background: none; }
.text a { color: inherit; text-decoration: underline; }
.meta { font-size: 13px; color: var(--muted); display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; }
.meta ul { display: flex; flex-wrap: wrap; gap: 4px; }
.meta ul li { border: 1px solid var(--border); border-radius: 8px; padding: 1px 8px; }
.rate { display: inline-flex; }
.rate button { inline-size: 28px; block-size: 28px; border-radius: 6px; display: grid; place-items: center; }
.rate svg { inline-size: 16px; block-size: 16px; }
.rate [aria-pressed="true"] { background: var(--accent); color: var(--on-accent); }
.alert { color: var(--alert); }
.link { text-decoration: underline; color: inherit; min-block-size: 24px; }
.yes { padding: 8px 16px; }
.dots { display: inline-flex; gap: 4px; padding-block: 6px; }
.dots i { inline-size: 7px; block-size: 7px; border-radius: 50%; background: var(--muted); animation: blink 1.2s infinite; }
.dots i:nth-child(2) { animation-delay: .2s; }
.dots i:nth-child(3) { animation-delay: .4s; }
@keyframes blink { 0%, 60%, 100% { opacity: .3; } 30% { opacity: 1; } }
form { display: flex; align-items: flex-end; gap: 8px; padding: 10px 12px; border-block-start: 1px solid var(--border); }
textarea {
  flex: 1;
  resize: none;
  field-sizing: content;
  min-block-size: 40px;
  max-block-size: 120px;
  padding: 8px 12px;
  background: var(--background);
  border: 1px solid var(--muted);
  border-radius: 10px;
}
textarea::placeholder { color: var(--muted); opacity: 1; }
form button { inline-size: 40px; block-size: 40px; display: grid; place-items: center; }
.yes, form button { border-radius: 10px; background: var(--accent); color: var(--on-accent); }
:host(:dir(rtl)) .send svg { transform: scaleX(-1); }
.sr { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:host([phone]) .panel {
  position: fixed;
  inset: 0;
  inline-size: 100%;
  block-size: 100%;
  border: 0;
  border-radius: 0;
}
:host([phone]) textarea { font-size: 16px; }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; scroll-behavior: auto !important; } }
@media (forced-colors: active) { .launcher, form button, .text, header { border: 1px solid; } }
`;

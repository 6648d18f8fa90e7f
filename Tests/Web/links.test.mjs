import assert from "node:assert/strict";
import { test } from "node:test";
import { withLinks } from "../../Sources/Web/widget/links.js";
import { stringsWith } from "../../Sources/Web/widget/strings.js";

const show = (text, hosts) => withLinks(text, hosts).map(({ text, href }) => (href ? `<${text}|${href}>` : text)).join("");

test("addresses become links, and show where they lead", () => {
  for (const [text, expected] of [
    ["no link", "no link"],
    ["", ""],
    ["see https://a.example/x?y=1&z=2.", "see <https://a.example/x?y=1&z=2|https://a.example/x?y=1&z=2>."],
    ["HTTPS://A.example", "<HTTPS://A.example|https://a.example/>"],
    ["[the rules](https://a.example/r)!", "<the rules (a.example)|https://a.example/r>!"],
    ["[https://bank.example](https://evil.example)", "<https://bank.example (evil.example)|https://evil.example/>"],
    ["(https://a.example/x)", "(<https://a.example/x|https://a.example/x>)"],
    ["**https://a.example**", "**<https://a.example|https://a.example/>**"],
    ["https://\u0430pple.example", "<https://\u0430pple.example (xn--pple-43d.example)|https://xn--pple-43d.example/>"],
    ["https://xn--pple-43d.example", "<https://xn--pple-43d.example|https://xn--pple-43d.example/>"],
  ]) assert.equal(show(text), expected);
});

test("what is no safe address stays text", () => {
  for (const text of [
    "javascript:alert(1)", "[x](javascript:alert(1))", "data:text/html,x", "[x](data:text/html,x)", "ftp://a.example",
    "https://user@a.example", "https://user:word@a.example", "https://", "http:a.example", "[x](/relative)", "//a.example",
    "https://[broken", "mailto:a@a.example",
  ]) assert.equal(show(text), text);
});

test("hosts that are not named stay text", () => {
  const hosts = ["a.example"];
  assert.equal(show("https://a.example/1", hosts), "<https://a.example/1|https://a.example/1>");
  assert.equal(show("https://b.a.example/1", hosts), "<https://b.a.example/1|https://b.a.example/1>");
  for (const text of ["https://nota.example", "https://a.example.evil", "[a.example](https://evil.example)"]) {
    assert.equal(show(text, hosts), text);
  }
});

test("any text: nothing is lost, every link is safe", () => {
  let seed = 11;
  const random = (below) => (seed = (seed * 48271) % 2147483647) % below;
  const parts = ["https://", "http://", "a.example", "@", "[", "](", ")", "javascript:", " ", "/x", "?", "#", "\n", "é", "%", ":", "<", "\"", "."];
  let links = 0;
  for (let round = 0; round < 20_000; round += 1) {
    const text = Array.from({ length: random(10) }, () => parts[random(parts.length)]).join("");
    for (const part of withLinks(text)) {
      assert.ok(part.text.length > 0, text);
      if (!part.href) {
        assert.ok(text.includes(part.text), text);
        continue;
      }
      links += 1;
      const url = new URL(part.href);
      assert.ok(/^https?:$/.test(url.protocol) && !url.username && !url.password, text);
      assert.ok(part.text.endsWith(`(${url.host})`) || part.text.toLowerCase().startsWith(url.origin), text);
    }
  }
  assert.ok(links > 500, `${links} links`);
});

test("the page's own words are in front, and only words", () => {
  const strings = stringsWith('{"send":"Senden","heading":7,"constructor":"x","nonsense":"x"}');
  assert.equal(strings.send, "Senden");
  assert.equal(strings.heading, "Chat with us");
  assert.equal(strings.nonsense, undefined);
  assert.equal(stringsWith(null).send, "Send");
});

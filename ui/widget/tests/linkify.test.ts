import { expect, test } from "vitest";
import { linkify } from "../src/app/model/linkify";

const links = (text: string) => linkify(text).filter((p) => p.href !== undefined);

test("nothing of a text is lost or changed", () => {
  for (const text of [
    "",
    "no link",
    "a https://x.example b www.y.example.",
    "(see http://z.example/a_(b))",
    "\n\n",
  ])
    expect(
      linkify(text)
        .map((p) => p.text)
        .join(""),
    ).toBe(text);
});

test.each([
  ["https://shop.example/a?b=1&c=2#d", "https://shop.example/a?b=1&c=2#d"],
  ["see http://shop.example.", "http://shop.example/"],
  ["www.shop.example/x", "https://www.shop.example/x"],
  ["(https://shop.example/wiki_(x))", "https://shop.example/wiki_(x)"],
  ["(www.shop.example)", "https://www.shop.example/"],
  ["HTTPS://SHOP.EXAMPLE/A", "https://shop.example/A"],
  ["https://münchen.example/ü", "https://xn--mnchen-3ya.example/%C3%BC"],
  ["write to ana.b+c@mail.shop.example, please", "mailto:ana.b+c@mail.shop.example"],
  ["http://[::1]:8080/x", "http://[::1]:8080/x"],
  ["https://127.0.0.1:8080/x", "https://127.0.0.1:8080/x"],
])("%s", (text, href) => {
  expect(links(text)[0]?.href ?? null).toBe(href);
});

/** What must not become a link, or not to where it seems to lead. */
test.each([
  ["javascript:alert(1)"],
  ["JaVaScRiPt:alert(document.cookie)"],
  ["java\nscript:alert(1)"],
  ["data:text/html,<script>alert(1)</script>"],
  ["vbscript:msgbox(1)"],
  ["file:///etc/passwd"],
  ["ftp://shop.example"],
  ["https://"],
  ["http://"],
  ["https://nodots"],
  ["https://bank.example@evil.example/"],
  ["https://user:password@shop.example/"],
  ["https://bank.example%40evil.example:x"],
  ["xhttps://shop.example"],
  ["a@b"],
  ["@shop.example"],
  ["a@b@c.example"],
  [`https://shop.example/${"a".repeat(3000)}`],
])("no link: %s", (text) => {
  expect(links(text)).toEqual([]);
});

test.each([
  ['https://shop.example/"onmouseover=alert(1)', "https://shop.example/"],
  ["https://shop.example/<img src=x onerror=alert(1)>", "https://shop.example/"],
  ["https://shop.example/'><script>", "https://shop.example/"],
  ["https://shop.example\u202e/gpj.exe", "https://shop.example/"],
  ["https://shop.example/a\u200bb", "https://shop.example/a"],
  ["blob:https://shop.example/1", "https://shop.example/1"],
  ["https://shop.example/javascript:alert(1)", "https://shop.example/javascript:alert(1)"],
])("cut off: %s", (text, href) => {
  expect(links(text).map((p) => p.href)).toEqual([href]);
});

test("every link is http, https or mailto, whatever is thrown at it", () => {
  const bits = [
    "http",
    "s",
    ":",
    "//",
    "@",
    "www.",
    "java",
    "script",
    ".example",
    "%00",
    "\t",
    "‮",
    "[",
    "]",
    "a",
  ];
  let seed = 7;
  const next = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed;
  };
  for (let n = 0; n < 5000; n += 1) {
    const text = Array.from({ length: 1 + (next() % 9) }, () => bits[next() % bits.length]).join(
      "",
    );
    const pieces = linkify(text);
    expect(pieces.map((p) => p.text).join("")).toBe(text);
    for (const { href } of pieces)
      if (href) expect(["http:", "https:", "mailto:"]).toContain(new URL(href).protocol);
  }
});

test("a long text costs little", () => {
  const started = performance.now();
  linkify("a".repeat(8000));
  linkify("a@".repeat(4000));
  linkify("www.".repeat(2000));
  linkify(`https://x.example/${"(".repeat(4000)}${")".repeat(4000)}`);
  linkify(`${"a.".repeat(4000)}@`);
  expect(performance.now() - started).toBeLessThan(500);
});

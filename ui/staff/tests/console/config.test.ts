import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { writeToml } from "../../src/console/company/toml";
import { checklist } from "../../src/console/overview/checklist";
import { readTexts, textFor, writeTexts } from "../../src/console/parts/languages";
import { canonical, differences, moved, slug } from "../../src/console/parts/plain";
import type { CompanyFile } from "../../src/console/types";
import { testOf, withKey, withTest } from "../../src/console/workstreams/conditions";
import { STANDARD } from "../../src/console/workstreams/standard";

const EMPTY: CompanyFile = {
  name: "Small Ltd",
  workstreams: {},
  queues: {},
  hours: {},
  agents: {},
  widgets: {},
  authentication: {},
};

describe("the checklist", () => {
  it("has everything to do for an empty company", () => {
    const open = checklist(EMPTY).filter((each) => !each.done);
    expect(open.map((each) => each.id)).toEqual([
      "agents",
      "queues",
      "workstreams",
      "hours",
      "widgets",
    ]);
  });

  it("asks for members who are enabled and for customers who are known", () => {
    const file: CompanyFile = {
      ...EMPTY,
      agents: { anna: { capacity: 4, enabled: false }, bob: { capacity: 4 } },
      queues: { support: { members: ["anna"] } },
      workstreams: { support: { mode: "persistent", default_queue: "support" } },
      widgets: { site: { workstream: "support" } },
    };
    const open = () =>
      checklist(file)
        .filter((each) => !each.done)
        .map((each) => each.id);
    expect(open()).toEqual(["hours", "members support", "identity site", "origins site"]);
    file.queues.support = { members: ["bob"], hours: "office" };
    file.workstreams.support = { ...file.workstreams.support, device_identity: true } as never;
    file.widgets.site = { workstream: "support", allowed_origins: ["https://a.example"] };
    expect(open()).toEqual([]);
  });
});

describe("texts by language", () => {
  it("are one text, or a table with every other language last", () => {
    expect(writeTexts(readTexts("Hello"))).toBe("Hello");
    expect(readTexts({ "*": "Hi", es: "Hola" })).toEqual([
      ["es", "Hola"],
      ["*", "Hi"],
    ]);
    expect(writeTexts([])).toBeUndefined();
  });

  it("are found as customers find them", () => {
    const texts = { es: "Hola", "*": "Hi" };
    expect(textFor(texts, "es-MX")).toBe("Hola");
    expect(textFor(texts, "de")).toBe("Hi");
    expect(textFor({ es: "Hola" }, "de")).toBe("Hola");
  });

  it("has the standard messages of the server", () => {
    for (const [language, texts] of Object.entries(STANDARD)) {
      const file = new URL(`../../../../locales/${language}.ftl`, import.meta.url);
      const said = readFileSync(file, "utf8").replace(/\{ \$(\w+) \}/g, "{$1}");
      for (const [id, text] of Object.entries(texts)) {
        expect(said, `${language} ${id}`).toContain(`\n${id} = ${text}\n`);
      }
    }
  });
});

describe("plain values", () => {
  it("are the same whatever the order of their keys", () => {
    expect(canonical({ b: 1, a: { d: undefined, c: 2 } })).toBe('{"a":{"c":2},"b":1}');
  });

  it("differ field by field", () => {
    expect(
      differences(
        { name: "A", timers: { x: "1s" }, routes: [{ name: "r", any: ["a"] }] },
        { name: "B", timers: { x: "1s" }, routes: [{ name: "r", any: ["a", "b"] }] },
      ),
    ).toEqual([
      { field: "name", before: "A", after: "B" },
      { field: "routes[0].any", before: ["a"], after: ["a", "b"] },
    ]);
  });

  it("move in a list, and not out of it", () => {
    expect(moved(["a", "b"], 0, 1)).toEqual(["b", "a"]);
    expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
  });

  it("make ids of names", () => {
    expect(slug("Atención al Cliente!")).toBe("atencion-al-cliente");
  });
});

describe("conditions", () => {
  it("have one test, which takes what was written along", () => {
    const first = { key: "topic", any_of: ["prices", "offer"] };
    const next = withTest(first, "contains");
    expect(next).toEqual({ key: "topic", contains: "prices" });
    expect(testOf(next)).toBe("contains");
    expect(withTest(next, "none_of")).toEqual({ key: "topic", none_of: ["prices"] });
  });

  it("of hours know open and closed alone", () => {
    expect(withKey({ key: "", any_of: ["x"] }, "hours.office")).toEqual({
      key: "hours.office",
      any_of: ["open"],
    });
  });
});

describe("the company as TOML", () => {
  it("has tables for objects, and inline tables in lists", () => {
    expect(
      writeToml({
        name: 'A "B"',
        workstreams: {
          support: {
            mode: "persistent",
            messages: { greeting: { "*": "Hi", "pt-BR": "Olá" } },
            routes: [{ name: "r", queue: "q", when: [{ key: "k", any_of: ["x"] }] }],
          },
        },
        widgets: {},
      }),
    ).toBe(`name = "A \\"B\\""

[workstreams.support]
mode = "persistent"

[workstreams.support.messages.greeting]
"*" = "Hi"
pt-BR = "Olá"

[[workstreams.support.routes]]
name = "r"
queue = "q"
when = [{ key = "k", any_of = ["x"] }]

[widgets]
`);
  });
});

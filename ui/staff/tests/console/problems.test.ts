import { describe, expect, it } from "vitest";
import { nearestPlace, problemsAt, readProblems } from "../../src/console/parts/problems";

const ROOT = "workstreams.support";

describe("problems", () => {
  it("take the place inside the object and the sentence apart", () => {
    expect(
      readProblems(
        [
          `${ROOT}.timers.offer_deadline: Workstream support: offer_deadline is 1 s; it must be from 10 s to 5 min.`,
          `${ROOT}.routes[0].when[1]: key "x": a condition has exactly one test.`,
        ],
        ROOT,
      ),
    ).toEqual([
      {
        place: "timers.offer_deadline",
        text: "Workstream support: offer_deadline is 1 s; it must be from 10 s to 5 min.",
        inside: true,
      },
      {
        place: "routes[0].when[1]",
        text: 'key "x": a condition has exactly one test.',
        inside: true,
      },
    ]);
  });

  it("keep those of other objects whole", () => {
    const other = "workstreams.support2.units: units is 0; a conversation costs at least 1.";
    expect(readProblems([other], ROOT)).toEqual([{ place: "", text: other, inside: false }]);
  });

  it("know ids with dots and colons", () => {
    const [problem] = readProblems(["queues.a.b: c.hours: They do not exist."], "queues.a.b: c");
    expect(problem).toEqual({ place: "hours", text: "They do not exist.", inside: true });
  });

  it("read the places of the company itself", () => {
    const [problem] = readProblems(["name: The company has no name; write one."], "");
    expect(problem?.place).toBe("name");
  });

  it("are found by their place, and deep also inside it", () => {
    const problems = readProblems(
      [`${ROOT}.messages.greeting.zz: It is too long.`, `${ROOT}.messages.greetings: Another.`],
      ROOT,
    );
    expect(problemsAt(problems, "messages.greeting")).toEqual([]);
    expect(problemsAt(problems, "messages.greeting", true)).toEqual(["It is too long."]);
  });

  it("lead to the nearest place on the page", () => {
    const places = ["routes", "routes[0]", "routes[0].queue", "name"];
    expect(nearestPlace("routes[0].queue", places)).toBe("routes[0].queue");
    expect(nearestPlace("routes[0].when[2]", places)).toBe("routes[0]");
    expect(nearestPlace("routes[10].name", places)).toBe("routes");
    expect(nearestPlace("units", places)).toBeNull();
  });
});

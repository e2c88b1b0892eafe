import { describe, expect, it } from "vitest";
import { eventParser } from "./serverSentEvents";

const TEXT = ': open\n\nevent: lines\nid: 0/x/1\ndata: ["a"]\n\n: still here\n\nevent: ended\ndata: {}\n\n';
const EVENTS = [
  { type: "lines", id: "0/x/1", data: '["a"]' },
  { type: "ended", id: "", data: "{}" },
];

describe("a stream of server-sent events", () => {
  it("is read whole", () => {
    expect(eventParser()(TEXT)).toEqual(EVENTS);
  });

  it("gives the same events wherever its pieces end", () => {
    for (let size = 1; size < TEXT.length; size++) {
      const parse = eventParser();
      const events = [];
      for (let at = 0; at < TEXT.length; at += size) {
        events.push(...parse(TEXT.slice(at, at + size)));
      }
      expect(events).toEqual(EVENTS);
    }
  });

  it("leaves out an event that hasn't ended", () => {
    expect(eventParser()("event: lines\ndata: 1\n")).toEqual([]);
  });
});

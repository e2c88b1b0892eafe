import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AFTER_REFUSAL, delayBefore, follow, isFinal, resuming, TRIES_AFTER_REFUSAL } from "./stream";

describe("the wait before a stream is opened again", () => {
  it("doubles with each try", () => {
    expect([0, 1, 2].map((attempt) => delayBefore(attempt, 1))).toEqual([500, 1000, 2000]);
  });

  it("is never longer than fifteen seconds", () => {
    expect(delayBefore(30, 1)).toBe(15_000);
  });

  it("is spread over half of its length, so that viewers don't all come back at once", () => {
    expect([delayBefore(0, 0), delayBefore(0, 1)]).toEqual([250, 500]);
  });
});

describe("a stream that is opened again", () => {
  it("goes on after the last event", () => {
    expect(resuming("/api/a", "1/2 3")).toBe("/api/a?lastEventId=1%2F2%203");
    expect(resuming("/api/a?b=c", "7")).toBe("/api/a?b=c&lastEventId=7");
  });

  it("begins anew where no event has come", () => {
    expect(resuming("/api/a", "")).toBe("/api/a");
  });
});

describe("a stream that is refused", () => {
  it("isn't asked for again where the answer will be the same", () => {
    expect([401, 403, 404, 422].map(isFinal)).toEqual([true, true, true, true]);
  });

  it("is asked for again where it may not be", () => {
    expect([0, 408, 429, 500, 503].map(isFinal)).toEqual([false, false, false, false, false]);
  });
});

describe("a stream of a page in the background", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("is closed, and goes on after its last event in the foreground", async () => {
    const page = Object.assign(new EventTarget(), { hidden: false });
    const show = (shown: boolean) => {
      page.hidden = !shown;
      page.dispatchEvent(new Event("visibilitychange"));
    };
    const asked: string[] = [];
    const closed: (() => void)[] = [];
    vi.stubGlobal("document", page);
    vi.stubGlobal("fetch", async (path: string, { signal }: { signal: AbortSignal }) => {
      asked.push(path);
      return new Response(
        new ReadableStream({
          start(stream) {
            stream.enqueue(new TextEncoder().encode("event: one\nid: 7\ndata: 1\n\n"));
            signal.addEventListener("abort", () => {
              stream.error(signal.reason);
              closed.shift()?.();
            });
          },
        }),
      );
    });
    const events: (() => void)[] = [];
    const event = () => new Promise<void>((resolve) => events.push(resolve));
    const end = () => new Promise<void>((resolve) => closed.push(resolve));

    const first = event();
    const leave = follow("/a", { one: () => events.shift()?.() }, () => undefined);
    await first;
    const ended = end();
    show(false);
    await ended;
    expect(asked).toEqual(["/a"]);
    const second = event();
    show(true);
    await second;
    expect(asked).toEqual(["/a", "/a?lastEventId=7"]);
    leave();
  });
});

describe("a stream that may not be read", () => {
  const forbidden = () => new Response('{"error": {"message": "You may not."}}', { status: 403 });
  const ended = () => new Response("event: one\ndata: 1\n\n");

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("document", Object.assign(new EventTarget(), { hidden: false }));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  async function tries(answers: (() => Response)[]): Promise<number> {
    let asked = 0;
    vi.stubGlobal("fetch", async () => (answers[asked++] ?? forbidden)());
    const leave = follow(
      "/a",
      {},
      () => undefined,
      () => undefined,
    );
    await vi.advanceTimersByTimeAsync((TRIES_AFTER_REFUSAL + 3) * AFTER_REFUSAL);
    leave();
    return asked;
  }

  it("is given up at once if it never was open", async () => {
    expect(await tries([forbidden])).toBe(1);
  });

  it("is tried some times more if it was open: the API server may have restarted", async () => {
    expect(await tries([ended])).toBe(1 + 1 + TRIES_AFTER_REFUSAL);
  });

  it("has all its tries again once it was open again", async () => {
    expect(await tries([ended, forbidden, ended])).toBe(3 + 1 + TRIES_AFTER_REFUSAL);
  });
});

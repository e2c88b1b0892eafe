// The text of a stream of server-sent events, in pieces of any size -> events.

export interface ServerSentEvent {
  readonly type: string;
  readonly data: string;
  /** Empty where it has none. */
  readonly id: string;
}

/** Returns what takes a piece of the text, and gives the events that are complete with it. Comments are left out. */
export function eventParser(): (piece: string) => ServerSentEvent[] {
  let rest: string[] = [];

  return (piece) => {
    if (piece === "") {
      return [];
    }
    const events: ServerSentEvent[] = [];
    // A long event comes in many pieces: they are put together once its end has come.
    const ends = piece.includes("\n\n") || (piece.startsWith("\n") && rest.at(-1)?.endsWith("\n") === true);
    if (!ends) {
      rest.push(piece);
      return events;
    }
    const blocks = (rest.join("") + piece).split("\n\n");
    rest = [blocks.pop() ?? ""];
    for (const block of blocks) {
      const event = parsed(block);
      if (event !== undefined) {
        events.push(event);
      }
    }
    return events;
  };
}

function parsed(block: string): ServerSentEvent | undefined {
  let [type, id] = ["message", ""];
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    const [field, value] = colon < 0 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
    if (field === "event") {
      type = value;
    } else if (field === "data") {
      data.push(value);
    } else if (field === "id") {
      id = value;
    }
  }
  return data.length === 0 ? undefined : { type, data: data.join("\n"), id };
}

// biome-ignore-all lint/suspicious/noControlCharactersInRegex: control characters are what this module is about
// What a terminal would show of a line that a program has printed: colours, and nothing else that a program can do to one. Cursor
// moves, titles, links and all other sequences are left out; characters that nobody sees, or that reorder text, become visible marks.
import Anser from "anser";

export interface Span {
  readonly text: string;
  /** Classes, such as `ansi-red ansi-bold`; empty for plain text. */
  readonly classes: string;
  /** Colours beyond the 16 that have classes, as `rgb(…)`. */
  readonly color?: string;
  readonly background?: string;
}

/** After so many changes of its colours the rest of a line is plain. */
const MOST_SPANS = 1_000;

/** Whether a line has anything but text. */
const SPECIAL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/;

// Operating system commands (titles, links), device control strings and the like go on to BEL or ST, or to the end of the line.
const STRINGS = /(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)?/g;
const SEQUENCES = /(?:\x1b\[|\x9b)([\x30-\x3f]*)[\x20-\x2f]*([\x40-\x7e]?)/g;
const ESCAPES = /\x1b(?!\[)[\x20-\x2f]*[\x30-\x7e]?/g;
const UNSEEN =
  /[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** The spans of a line. */
export function spansOf(line: string): readonly Span[] {
  if (!SPECIAL.test(line)) {
    return [{ text: line, classes: "" }];
  }
  const spans: Span[] = [];
  for (const span of coloured(withoutCommands(line))) {
    spans.push(...marked(span));
  }
  return spans;
}

/** The text that is shown of a line, without its colours. */
export function plainOf(line: string): string {
  return SPECIAL.test(line)
    ? spansOf(line)
        .map((span) => span.text)
        .join("")
    : line;
}

/** The line as it is after all of its carriage returns, with no sequences but those of colours. */
function withoutCommands(line: string): string {
  return overwritten(line)
    .replace(STRINGS, "")
    .replace(SEQUENCES, (_, parameters: string, kind: string) =>
      kind === "m" && /^[\d;]*$/.test(parameters) ? `\x1b[${parameters}m` : "",
    )
    .replace(ESCAPES, "");
}

/** A program that draws progress bars returns to the start of the line, and writes over it. */
function overwritten(line: string): string {
  if (!line.includes("\r")) {
    return line;
  }
  const written = line.split("\r").filter((part) => part !== "");
  return written.at(-1) ?? "";
}

function coloured(line: string): readonly Span[] {
  if (!line.includes("\x1b[")) {
    return [{ text: line, classes: "" }];
  }
  const place = endOf(line, MOST_SPANS);
  const parts = new Anser().ansiToJson(line.slice(0, place), { use_classes: true, remove_empty: true });
  const rest = line.slice(place).replace(/\x1b\[[\d;]*m/g, "");
  const spans = parts.map(spanOf);
  return rest === "" ? spans : [...spans, { text: rest, classes: "" }];
}

/** Where the change of colours of that number begins. */
function endOf(line: string, number: number): number {
  let place = -1;
  for (let found = 0; found <= number; found++) {
    place = line.indexOf("\x1b[", place + 1);
    if (place < 0) {
      return line.length;
    }
  }
  return place;
}

function spanOf(part: Anser.AnserJsonEntry): Span {
  const [color, background] = [colourOf(part.fg, part.fg_truecolor), colourOf(part.bg, part.bg_truecolor)];
  const classes = [
    named(part.fg) && part.fg,
    named(part.bg) && `${part.bg}-bg`,
    ...part.decorations.map((decoration) => `ansi-${decoration}`),
  ];
  return {
    text: part.content,
    classes: [...new Set(classes)].filter(Boolean).join(" "),
    ...(color !== undefined && { color }),
    ...(background !== undefined && { background }),
  };
}

/** Whether a colour is one of the 16 that have classes. */
function named(colour: string | null): boolean {
  return colour !== null && !/palette|truecolor/.test(colour);
}

const LEVELS = [0, 95, 135, 175, 215, 255];

/** A colour of the palette of 256, or a true one; undefined for those that have classes. */
function colourOf(colour: string | null, truecolor: string | null): string | undefined {
  if (colour === "ansi-truecolor" && truecolor !== null && /^\d{1,3}, \d{1,3}, \d{1,3}$/.test(truecolor)) {
    return `rgb(${truecolor})`;
  }
  const index = Number(/^ansi-palette-(\d+)$/.exec(colour ?? "")?.[1] ?? -1);
  if (index >= 232) {
    const grey = 8 + 10 * (index - 232);
    return `rgb(${grey}, ${grey}, ${grey})`;
  }
  if (index >= 16) {
    const [red, green, blue] = [Math.floor((index - 16) / 36), Math.floor((index - 16) / 6) % 6, (index - 16) % 6];
    return `rgb(${LEVELS[red]}, ${LEVELS[green]}, ${LEVELS[blue]})`;
  }
  return undefined;
}

/** The span in parts, where each unseen character is a mark of its own. */
function marked(span: Span): readonly Span[] {
  const parts: Span[] = [];
  let from = 0;
  for (const found of span.text.matchAll(UNSEEN)) {
    if (found.index > from) {
      parts.push({ ...span, text: span.text.slice(from, found.index) });
    }
    parts.push({ text: markOf(found[0]), classes: "log-mark" });
    from = found.index + 1;
    if (parts.length > MOST_SPANS) {
      parts.push({ ...span, text: span.text.slice(from).replace(UNSEEN, markOf) });
      return parts;
    }
  }
  return from < span.text.length ? [...parts, { ...span, text: span.text.slice(from) }] : parts;
}

/** A visible character for a control character of ASCII, and the name of any other. */
function markOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) {
    return String.fromCharCode(0x2400 + code);
  }
  return code === 0x7f ? "\u2421" : `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

// The lines of a log that the page keeps: at most so many, in blocks, so that nothing is copied when lines arrive or old ones go.

export interface LogLine {
  /** RFC 3339; empty for what the kubelet itself reports. */
  readonly time: string;
  readonly text: string;
  /** How many bytes there are in all, of a line that is cut. */
  readonly size?: number;
  /** Whether it was written to standard error, where that is known. */
  readonly isError?: boolean;
  /** Names the line in addresses: its time, and which of that time it is. */
  readonly id: string;
}

export interface Block {
  /** The number of its first line, from 0 and over the lines that were dropped. */
  readonly first: number;
  readonly lines: LogLine[];
}

/** As the server sends a line: its time, its text, its size if it is cut, and the stream if that is standard error. */
export type SentLine = readonly [time: string, text: string, size?: number | null, stream?: "stderr"];

export const BLOCK = 100;
export const MOST_LINES = 200_000;
export const MOST_CHARACTERS = 50_000_000;
/** The kubelet keeps, and counts, a long line in parts of so many bytes. */
const PART = 16_384;

export class LogBuffer {
  readonly blocks: Block[] = [];
  /** How many lines came, with those that were dropped. */
  end = 0;
  /** As the kubelet counts the lines that came. */
  counted = 0;
  private characters = 0;
  private lastTime = "";
  private sameTime = 0;

  constructor(
    private readonly mostLines = MOST_LINES,
    private readonly mostCharacters = MOST_CHARACTERS,
  ) {}

  /** The number of the first line that is kept: so many were dropped. */
  get start(): number {
    return this.blocks[0]?.first ?? this.end;
  }

  append(lines: readonly SentLine[]): void {
    for (const [time, text, sent, stream] of lines) {
      const size = sent ?? undefined;
      this.sameTime = time === this.lastTime ? this.sameTime + 1 : 0;
      this.lastTime = time;
      const id = this.sameTime === 0 ? time : `${time}~${this.sameTime}`;
      const isError = stream !== undefined;
      this.push({ time, text, id, ...(size !== undefined && { size }), ...(isError && { isError }) });
      this.counted += Math.max(1, Math.ceil((size ?? text.length) / PART));
    }
    this.drop();
  }

  line(index: number): LogLine | undefined {
    const block = this.blocks[Math.floor((index - this.start) / BLOCK)];
    return block?.lines[index - block.first];
  }

  /** The number of the line that an address names. */
  find(id: string): number | undefined {
    const time = id.split("~", 1)[0] ?? "";
    for (const block of this.blocks) {
      if ((block.lines.at(-1)?.time ?? "") >= time || block.lines.length < BLOCK) {
        const found = block.lines.findIndex((line) => line.id === id);
        if (found >= 0) {
          return block.first + found;
        }
      }
    }
    return undefined;
  }

  /** The text of all lines. */
  text(shown: (line: string) => string): string {
    return this.blocks.flatMap((block) => block.lines.map((line) => `${shown(line.text)}\n`)).join("");
  }

  private push(line: LogLine): void {
    const last = this.blocks.at(-1);
    if (last !== undefined && last.lines.length < BLOCK) {
      last.lines.push(line);
    } else {
      this.blocks.push({ first: this.end, lines: [line] });
    }
    this.end += 1;
    this.characters += line.text.length;
  }

  private drop(): void {
    while (
      this.blocks.length > 1 &&
      (this.end - this.start > this.mostLines || this.characters > this.mostCharacters)
    ) {
      const dropped = this.blocks.shift();
      this.characters -= dropped?.lines.reduce((sum, line) => sum + line.text.length, 0) ?? 0;
    }
  }
}

// WCAG 2.2: text has a contrast of at least 4.5 to what it stands on, and the border of a control at least 3, light and dark.
import { describe, expect, it } from "vitest";
import tokens from "./tokens.css?raw";

const THEMES = ["light", "dark"] as const;
const GROUNDS = ["background", "surface", "surface-strong"];
const TEXTS: readonly (readonly [string, string])[] = [
  ...GROUNDS.flatMap((ground) => ["text", "text-muted"].map((text) => [text, ground] as const)),
  ...["accent", "good", "warning", "bad"].flatMap((colour) =>
    ["background", "surface", `${colour}-soft`].map((ground) => [colour, ground] as const),
  ),
  ["on-accent", "accent"],
  ["on-bad", "bad"],
];

function colourOf(name: string, theme: (typeof THEMES)[number]): string {
  const found = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(tokens);
  const colour = found?.[theme === "light" ? 1 : 2];
  if (colour === undefined) {
    throw new Error(`--${name}: expected light-dark(#rrggbb, #rrggbb) in tokens.css`);
  }
  return colour;
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

describe.each(THEMES)("in the %s theme", (theme) => {
  it.each(TEXTS)("%s is legible on %s", (text, ground) => {
    expect(contrast(colourOf(text, theme), colourOf(ground, theme))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(GROUNDS.slice(0, 2))("a control can be seen on %s", (ground) => {
    expect(contrast(colourOf("border-control", theme), colourOf(ground, theme))).toBeGreaterThanOrEqual(3);
  });
});

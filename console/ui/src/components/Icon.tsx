// Small drawings of 16 by 16, in the colour of the text beside them. They only repeat what words express: screen readers skip them.
const SHAPES = {
  check: "M3 8.5 6.5 12 13 4.5",
  chevron: "m6 3.5 4.5 4.5L6 12.5",
  circle: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11z",
  clock: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3l2 1.5",
  copy: "M5.5 5.5h7v8h-7zM3.5 10.5v-8h7",
  cross: "m4 4 8 8M12 4l-8 8",
  download: "M8 2.5v7.5M4.5 7 8 10.5 11.5 7M3 13.5h10",
  external: "M6 3.5H3.5v9h9V10M9 3.5h3.5V7M12 4 7.5 8.5",
  hourglass: "M4 2.5h8M4 13.5h8M5 2.5c0 3.5 3 4 3 5.5s-3 2-3 5.5M11 2.5c0 3.5-3 4-3 5.5s3 2 3 5.5",
  info: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 7.5V11M8 5v.1",
  loading: "M8 2.5V5M8 11v2.5M2.5 8H5M11 8h2.5M4.1 4.1l1.8 1.8M10.1 10.1l1.8 1.8M4.1 11.9l1.8-1.8M10.1 5.9l1.8-1.8",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  person: "M8 2.5a2.75 2.75 0 1 0 0 5.5 2.75 2.75 0 0 0 0-5.5zM3 13.5c.5-2.5 2.5-3.5 5-3.5s4.5 1 5 3.5",
  play: "M5 3.5v9l7.5-4.5z",
  retry: "M12.5 6A5 5 0 1 0 13 9M12.5 2.5V6H9",
  stop: "M4 4h8v8H4z",
  warning: "M8 2.5 14 13H2zM8 6.5v3M8 11.2v.1",
} as const;

export type IconName = keyof typeof SHAPES;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={SHAPES[name]} />
    </svg>
  );
}

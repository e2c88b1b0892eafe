// Where an execution stands: a word, an icon and a colour, so that none of them has to be enough.
import { Icon, type IconName } from "./Icon";

type Tone = "plain" | "live" | "good" | "warning" | "bad";

const LOOKS: Record<string, readonly [Tone, IconName]> = {
  Pending: ["plain", "circle"],
  Suspended: ["warning", "pause"],
  Queued: ["plain", "clock"],
  Initializing: ["live", "loading"],
  Running: ["live", "play"],
  Retrying: ["warning", "retry"],
  Succeeded: ["good", "check"],
  Failed: ["bad", "cross"],
  Aborted: ["plain", "stop"],
  TimedOut: ["bad", "hourglass"],
};

/** All phases, in the order in which an execution passes through them. */
export const PHASES: readonly string[] = Object.keys(LOOKS);

export function PhaseBadge({ phase }: { readonly phase: string }) {
  const [tone, icon] = LOOKS[phase] ?? ["plain", "circle"];
  return (
    <Badge tone={tone} icon={icon}>
      {phase}
    </Badge>
  );
}

export function Badge({
  tone = "plain",
  icon,
  children,
}: {
  readonly tone?: Tone;
  readonly icon?: IconName;
  readonly children: string;
}) {
  return (
    <span class={`badge badge-${tone}`}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </span>
  );
}

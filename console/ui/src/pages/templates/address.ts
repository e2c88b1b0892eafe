// What a form holds, in its address: who opens that sees the same form. What is too long for an address isn't kept there.
import type { Entries, Settings } from "./form";

/** Not every proxy passes on more. */
const LONGEST = 4096;

export interface Held {
  readonly inputs?: Entries;
  readonly settings?: Settings;
  readonly yaml?: string;
}

/** The address's search with what the form holds; `kept` is false where something was too long. */
export function searchWith(search: string, held: Held): { readonly search: string; readonly kept: boolean } {
  const parameters = new URLSearchParams(search);
  let kept = true;
  for (const [name, text] of Object.entries(textsOf(held))) {
    if (text === "") {
      parameters.delete(name);
    } else if (text.length > LONGEST) {
      parameters.delete(name);
      kept = false;
    } else {
      parameters.set(name, text);
    }
  }
  return { search: parameters.toString(), kept };
}

function textsOf({ inputs = {}, settings = {}, yaml = "" }: Held): Record<string, string> {
  return {
    inputs: Object.values(inputs).some((entry) => entry !== undefined) ? JSON.stringify(inputs) : "",
    settings: Object.keys(settings).length > 0 ? JSON.stringify(settings) : "",
    yaml,
  };
}

/** What the address holds beside the inputs, which the back end reads. */
export function heldIn(search: string): Held {
  const parameters = new URLSearchParams(search);
  const settings = parsed(parameters.get("settings") ?? "");
  return { ...(settings !== undefined && { settings }), yaml: parameters.get("yaml") ?? "" };
}

function parsed(text: string): Settings | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Settings) : undefined;
  } catch {
    return undefined;
  }
}

// A date and a time that are picked, with their time zone: that of the browser, or UTC.
import { useState } from "preact/hooks";
import { momentOf } from "./moments";

export function MomentPicker({ name, onPick }: { readonly name: string; readonly onPick: (text: string) => void }) {
  const [zone, setZone] = useState<"UTC" | "local">("UTC");
  const [picked, setPicked] = useState("");
  function pick(text: string, inZone: "UTC" | "local") {
    setPicked(text);
    const moment = momentOf(text, inZone);
    if (moment !== undefined) {
      onPick(moment);
    }
  }
  return (
    <>
      <input
        type="datetime-local"
        class="input launch-picker"
        aria-label={`Pick ${name}`}
        step={1}
        value={picked}
        onInput={(event) => pick(event.currentTarget.value, zone)}
      />
      <select
        class="input"
        aria-label={`Time zone of ${name}`}
        value={zone}
        onChange={(event) => {
          const chosen = event.currentTarget.value === "local" ? "local" : "UTC";
          setZone(chosen);
          pick(picked, chosen);
        }}
      >
        <option value="UTC">UTC</option>
        <option value="local">{Intl.DateTimeFormat().resolvedOptions().timeZone}</option>
      </select>
    </>
  );
}

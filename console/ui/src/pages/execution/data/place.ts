// Where the values on a page are from.
import { createContext } from "preact";
import type { Side } from "./values";

/** The address of the execution in the API, and whether its inputs or its outputs are shown. */
export const Place = createContext<{ readonly base: string; readonly side: Side }>({ base: "", side: "inputs" });

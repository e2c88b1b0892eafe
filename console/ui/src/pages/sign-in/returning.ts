// Where a viewer goes after signing in: back to where the console sent them away from, and never to another site.
const START = "/executions";

/** The address in `to` of the query, within the console at `origin`. */
export function addressAfter(query: string, origin: string): string {
  const to = new URLSearchParams(query).get("to") ?? "";
  if (!to.startsWith("/")) {
    return START;
  }
  try {
    const found = new URL(to, origin);
    return found.origin === origin && found.pathname !== "/sign-in" ? found.pathname + found.search : START;
  } catch {
    return START;
  }
}

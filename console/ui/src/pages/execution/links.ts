// Addresses that somebody else wrote: of templates, annotations and stores.

/** The address, if a browser may be led there; undefined for `javascript:` and whatever else isn't a web page. */
export function webAddress(uri: string): string | undefined {
  try {
    const { protocol, href } = new URL(uri);
    return protocol === "https:" || protocol === "http:" ? href : undefined;
  } catch {
    return undefined;
  }
}

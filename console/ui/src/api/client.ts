// Requests to the console's own back end. Whatever isn't a success becomes a Problem, whose message is for people.

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    /** The field that is wrong, such as `spec.inputs.a`. */
    readonly field?: string,
  ) {
    super(message);
  }
}

/** What failed, for people; also where that is no answer of the back end's, such as a proxy's page in place of one. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(0, "Unexpected", String(error));
}

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return send<T>("GET", path, undefined, signal);
}

export function post<T>(path: string, body: unknown): Promise<T> {
  return send<T>("POST", path, body);
}

/** The bytes of an answer that goes on. */
export async function open(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const answer = await ask("GET", path, "text/event-stream", undefined, signal);
  if (answer.body === null) {
    throw new Problem(0, "Empty", "The console's answer is empty.");
  }
  return answer.body;
}

async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const answer = await ask(method, path, "application/json", body, signal);
  return (await answer.json()) as T;
}

async function ask(
  method: string,
  path: string,
  accept: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Response> {
  const headers: Record<string, string> = { Accept: accept, "X-Glider-Console": "1" };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  const answer = await fetch(path, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    signal: signal ?? null,
    credentials: "same-origin",
  }).catch((error: unknown) => {
    if (signal?.aborted) {
      throw error;
    }
    throw new Problem(0, "Unreachable", "The console doesn't answer. It tries again when you reload the page.");
  });
  if (!answer.ok) {
    throw await problemOf(answer);
  }
  return answer;
}

async function problemOf(answer: Response): Promise<Problem> {
  const document = (await answer.json().catch(() => ({}))) as {
    error?: { reason?: string; message?: string; field?: string };
  };
  const {
    reason = answer.statusText,
    message = `The console answered ${answer.status}.`,
    field,
  } = document.error ?? {};
  if (answer.status === 401) {
    signIn();
  }
  return new Problem(answer.status, reason, message, field);
}

/** Leads to the sign-in page, and from there back to where the viewer is now. */
export function signIn(): void {
  if (location.pathname !== "/sign-in") {
    const back = encodeURIComponent(location.pathname + location.search);
    location.assign(`/sign-in?to=${back}`);
  }
}

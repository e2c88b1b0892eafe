// Registered tasks, as the back end lists them. Pure.

export interface RegisteredTask {
  readonly namespace: string;
  readonly task: string;
  readonly docs: string;
  /** Newest first. */
  readonly versions: readonly { readonly name: string; readonly version: string; readonly created: string }[];
}

/** Those that have all words of `text` somewhere. */
export function matching(tasks: readonly RegisteredTask[], text: string): readonly RegisteredTask[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) {
    return tasks;
  }
  return tasks.filter((task) => {
    const all = [
      task.namespace,
      task.task,
      task.docs,
      ...task.versions.flatMap(({ name, version }) => [name, version]),
    ];
    const searched = all.join("\n").toLowerCase();
    return words.every((word) => searched.includes(word));
  });
}

export function templatePath(namespace: string, name: string): string {
  return `/templates/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}

// Copying. Browsers give the clipboard to pages of a secure origin only, and the viewer may refuse it there, too.

/** Whether `text` is in the clipboard now. */
export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

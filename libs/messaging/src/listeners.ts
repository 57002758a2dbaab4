/** Who hears which subject: everyone hears each message. */
export class Listeners<Message> {
  private readonly subjects = new Map<string, Set<(message: Message) => void>>();

  add(subject: string, listener: (message: Message) => void): void {
    const listeners = this.subjects.get(subject) ?? new Set();
    this.subjects.set(subject, listeners);
    listeners.add(listener);
  }

  remove(subject: string, listener: (message: Message) => void): void {
    const listeners = this.subjects.get(subject);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.subjects.delete(subject);
  }

  /** Those of this moment: who joins or leaves meanwhile changes nothing. */
  of(subject: string): ((message: Message) => void)[] {
    return [...(this.subjects.get(subject) ?? [])];
  }
}

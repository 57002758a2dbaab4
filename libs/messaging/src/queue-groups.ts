/** Who listens to which subject: within a group one member takes each message, in turn. */
export class QueueGroups<Member> {
  private readonly subjects = new Map<string, Map<string, { members: Member[]; next: number }>>();

  add(subject: string, group: string, member: Member): void {
    const groups = this.subjects.get(subject) ?? new Map<string, { members: Member[]; next: number }>();
    this.subjects.set(subject, groups);
    const queue = groups.get(group) ?? { members: [], next: 0 };
    groups.set(group, queue);
    queue.members.push(member);
  }

  /** A group stays known after its last member has left. */
  remove(subject: string, group: string, member: Member): void {
    const queue = this.subjects.get(subject)?.get(group);
    if (queue) queue.members = queue.members.filter((other) => other !== member);
  }

  /** For each group of the subject the member whose turn it is; undefined where a group has none left. */
  take(subject: string): { group: string; member: Member | undefined }[] {
    const groups = this.subjects.get(subject) ?? new Map<string, { members: Member[]; next: number }>();
    return [...groups].map(([group, queue]) => {
      const member = queue.members[queue.next % queue.members.length];
      queue.next += 1;
      return { group, member };
    });
  }
}

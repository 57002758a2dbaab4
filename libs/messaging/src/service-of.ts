/** The service that a request's subject names: `hawser.<service>.…` */
export function serviceOf(subject: string): string {
  return subject.split('.')[1] ?? subject;
}

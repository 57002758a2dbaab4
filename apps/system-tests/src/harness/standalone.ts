import { ProgramRun, type StartOptions } from './program-run.js';

/** The whole system in one process, as `npm start` runs it. */
export class Standalone extends ProgramRun {
  /** Starts the program without waiting for anything. */
  static async spawn(options: StartOptions = {}): Promise<Standalone> {
    return new Standalone('apps/standalone/dist/main.js', ...(await this.dataDirFor(options)), options);
  }

  /** Starts the program and waits until it says that it is ready. */
  static async start(options: StartOptions = {}): Promise<Standalone> {
    return (await Standalone.spawn(options)).ready('resolved?workspace_id=demo');
  }

  get url(): string {
    return this.gateways.urls[0] as string;
  }

  /** What it complained of so far. */
  complaints(): Promise<string[]> {
    return Promise.resolve(this.stderr.split('\n').filter((line) => line !== ''));
  }
}

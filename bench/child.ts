import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** A program of the bench in a process of its own, which answers questions one at a time. */
export interface Child<Question, Answer> {
  pid: number;
  ask(question: Question): Promise<Answer>;
  stop(): Promise<void>;
  /** Ends it without waiting; nothing happens when it has ended. */
  kill(): void;
}

type Reply<Answer> = { answer: Answer } | { fault: string };

/** Starts `dist/bench/<program>.js`. */
export function startChild<Question extends object, Answer>(
  program: string,
  env: Record<string, string> = {},
): Child<Question, Answer> {
  // Ctrl-C reaches only the bench, which ends the others in order.
  const child = fork(join(__dirname, `${program}.js`), {
    detached: true,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ask = (question: Question): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => reject(new Error(`${program} ended with ${code}`));
      child.once('exit', onExit);
      child.once('message', (reply: Reply<Answer>) => {
        child.off('exit', onExit);
        if ('fault' in reply) reject(new Error(`${program}: ${reply.fault}`));
        else resolve(reply.answer);
      });
      child.send(question);
    });
  return { pid: child.pid!, ask, stop: () => ended(child), kill: () => void child.kill('SIGKILL') };
}

/** In the child: answers its parent, and ends with it. */
export function answerParent<Question, Answer>(answer: (question: Question) => Promise<Answer> | Answer): void {
  process.on('message', (question: Question) => {
    void Promise.resolve(question)
      .then(answer)
      .then(
        (reply) => process.send!({ answer: reply }),
        (error: unknown) => process.send!({ fault: error instanceof Error ? error.message : String(error) }),
      );
  });
  endWithParent();
}

/** In the child: whoever started it is gone, so it goes too. */
export function endWithParent(): void {
  process.once('disconnect', () => process.exit(0));
}

/** Ends a process that has nothing to lose, and waits for its end. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGKILL');
  });
}

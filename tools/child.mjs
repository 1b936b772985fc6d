import { constants } from 'node:os';

/**
 * Waits for the end of a child process. A signal that comes meanwhile goes to the child, and this process ends after it: a build or an
 * installation never goes on by itself.
 * @returns the child's exit code, null when a signal ended it
 */
export async function endOf(child, afterSignal = () => undefined) {
  let asked;
  const passOn = (signal) => {
    asked = signal;
    child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, passOn);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => signals.forEach((signal) => process.off(signal, passOn)));
  if (asked !== undefined) {
    afterSignal();
    process.exit(128 + constants.signals[asked]);
  }
  return code;
}

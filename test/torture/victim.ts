import { CrashPoints, type CrashPoint } from '../../src/common/crash-points';
import { configureLogger } from '../../src/common/logger';
import { loadConfig } from '../../src/config/environment';
import { runProgram } from '../../src/program';
import { startGateway } from '../../src/start';

/** Kills its own process, as `kill -9` would, at one point. */
class KillsAt extends CrashPoints {
  constructor(private readonly point: string | undefined) {
    super();
  }

  override at(point: CrashPoint): void {
    if (point === this.point) process.kill(process.pid, 'SIGKILL');
  }
}

// Everything that reads this process's wall clock sees it wrong; timers and Postgres do not.
function misadjustClock(byMs: number): void {
  const True = Date;
  globalThis.Date = class extends True {
    constructor(...args: [] | [number | string | Date]) {
      if (args.length === 0) super(True.now() + byMs);
      else super(...args);
    }

    static override now(): number {
      return True.now() + byMs;
    }
  } as DateConstructor;
}

/** A gateway made to suffer: CRASH_AT names the point where it dies, CLOCK_OFFSET_MS says how wrong its clock is. */
void runProgram(async () => {
  misadjustClock(Number(process.env.CLOCK_OFFSET_MS ?? 0));
  const config = loadConfig(process.env, 'test');
  configureLogger(config.logLevel);
  return startGateway(config, { crashPoints: new KillsAt(process.env.CRASH_AT) });
});

import { Injectable } from '@nestjs/common';

/** The places where a crash hurts most; the torture tests kill the process there. */
export type CrashPoint =
  'after-insert' | 'after-call' | 'before-settle' | 'after-settle' | 'after-delivery' | 'after-check';

/** Does nothing. Only `test/` binds an implementation that kills the process. */
@Injectable()
export class CrashPoints {
  at(point: CrashPoint): void {
    void point;
  }
}

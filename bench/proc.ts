import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of /proc per second: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Seconds of CPU that a process has used, all its threads together. NaN where there is no /proc. */
export function cpuSeconds(pid: number): number {
  const [user, system] = fieldsOf(pid).slice(11, 13).map(Number);
  return (user! + system!) / TICKS_PER_SECOND;
}

/** Seconds of CPU that a Postgres has used: its postmaster, the backends that run, and those that have ended. */
export function postgresCpuSeconds(postmaster: number): number {
  const own = fieldsOf(postmaster).slice(11, 15).map(Number);
  const children = pids().filter((pid) => parentOf(pid) === postmaster);
  const ended = own.reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_SECOND;
  // A backend that ends between the two looks is counted with the postmaster the next time.
  return children.map(cpuSeconds).reduce((sum, seconds) => sum + (Number.isNaN(seconds) ? 0 : seconds), ended);
}

/** Megabytes (2^20 bytes) of memory that a process has in use now; NaN where there is no /proc. */
export function residentMb(pid: number): number {
  const status = read(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}

/** The parent of a process; NaN when it is gone. */
export function parentOf(pid: number): number {
  return Number(fieldsOf(pid)[1]);
}

function pids(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

// The name in the second field may hold spaces and brackets; what follows its last bracket is plain.
function fieldsOf(pid: number): string[] {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

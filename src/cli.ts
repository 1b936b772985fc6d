import { runCommand } from './cli/command';
import { outliveReaders } from './program';

outliveReaders();
/** `npm run cli -- <command>`: what operators do, through the same services as HTTP. */
void runCommand(process.argv.slice(2)).then((code) => process.exit(code));

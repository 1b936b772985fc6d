import { isIP } from 'node:net';
import { urlOf } from '../common/web-url';
import { isHostName } from './allowed-targets';

export type Environment = Record<string, string | undefined>;

/** What a variable may hold beyond the usual. */
interface TextOptions {
  /** Line breaks and invisible characters inside: only a secret of the operator's own making may have them. */
  isAnyText?: boolean;
}

interface UrlOptions {
  isRequired?: boolean;
  /** Nothing is added to it, so that it may end in a query. */
  mayHaveQuery?: boolean;
}

/** Our choice: every link and notify_url begins with it, and CinetPay and browsers have to take those. */
const MAX_URL_LENGTH = 500;

/** Docker's --env-file, and people who copy, keep them. */
const QUOTES = /^(["'`]).*\1$|^“.*”$|^‘.*’$|^«.*»$/s;
/** Control characters, and those of no width that come along where a text is copied from a page. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/;

/** What is wrong with a text of the configuration whatever it means, its margins aside; undefined when nothing is. */
export function faultOfText(text: string, { isAnyText = false }: TextOptions = {}): string | undefined {
  if (text.length > 1 && QUOTES.test(text)) return 'is in quotes: write it without';
  if (!isAnyText && UNSEEN.test(text)) return 'holds a line break or an invisible character';
  return undefined;
}

/** Reads variables one by one, and gathers what is wrong with them: by name, never by value. */
export class Reader {
  readonly faults: string[] = [];
  private readonly told = new Set<string>();

  constructor(private readonly env: Environment) {}

  /**
   * @param place the variable, or the field of a site
   * @param rest what stands behind it, such as "is not set"
   */
  refuse(place: string, rest: string): undefined {
    this.told.add(place);
    this.faults.push(`${place} ${rest}`);
  }

  /** Whether a fault is about a place that has one already. */
  hasTold(fault: string): boolean {
    return [...this.told].some((place) => fault.startsWith(place) && /^([ :]|$)/.test(fault.slice(place.length)));
  }

  isAbsent(name: string): boolean {
    return (this.env[name] ?? '').trim() === '';
  }

  /** Absent when empty; spaces and line breaks at its ends do not count. */
  text(name: string, options: TextOptions = {}): string | undefined {
    const value = this.env[name]?.trim();
    if (value === undefined || value === '') return undefined;
    const fault = faultOfText(value, options);
    return fault === undefined ? value : this.refuse(name, fault);
  }

  required(name: string, options: TextOptions = {}): string {
    const value = this.text(name, options);
    if (value === undefined && !this.told.has(name)) this.refuse(name, 'is not set');
    return value ?? '';
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    return /^\d{1,15}$/.test(value) ? Number(value) : this.refuse(name, 'must be a whole number, in digits');
  }

  list(name: string): string[] | undefined {
    const entries = this.text(name)?.split(',');
    const list = entries?.map((entry) => entry.trim()).filter((entry) => entry !== '');
    if (list?.some((entry) => faultOfText(entry))) return this.refuse(name, 'has an entry in quotes: write it without');
    return list;
  }

  integers(name: string): number[] | undefined {
    const entries = this.list(name);
    if (entries === undefined) return undefined;
    if (entries.length > 0 && entries.every((entry) => /^\d{1,15}$/.test(entry))) return entries.map(Number);
    return this.refuse(name, 'must be whole seconds, separated by commas');
  }

  host(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined || isHost(value)) return value;
    return this.refuse(name, 'must be an address or a host name, without a port');
  }

  /** Host names and addresses as a URL's `hostname` has them: lower case, IPv6 in brackets. */
  hosts(name: string): string[] | undefined {
    const entries = this.list(name)?.map((entry) => entry.replace(/^\[(.*)\]$/, '$1'));
    if (entries?.every(isHost)) return entries.map(hostnameOf);
    return (
      entries && this.refuse(name, 'must be host names or addresses, without scheme and port, separated by commas')
    );
  }

  /** As its parser writes it, without a slash at its end. */
  url(name: string, { isRequired = false, mayHaveQuery = false }: UrlOptions = {}): string | undefined {
    const value = isRequired ? this.required(name) : this.text(name);
    if (!value) return undefined;
    const url = urlOf(value);
    if (!url || !/^https?:$/.test(url.protocol) || /\s/.test(value)) return this.refuse(name, 'must be an http(s) URL');
    if (!isHost(url.hostname.replace(/^\[(.*)\]$/, '$1'))) return this.refuse(name, 'must name one host');
    if (url.username !== '' || url.password !== '') return this.refuse(name, 'must hold no user name and no password');
    if (value.includes('#') || (value.includes('?') && !mayHaveQuery))
      return this.refuse(name, 'must end with its path: paths are added to it, so that "?" and "#" have no place');
    if (url.href.length > MAX_URL_LENGTH) return this.refuse(name, `must have at most ${MAX_URL_LENGTH} characters`);
    return url.href.replace(/\/+$/, '');
  }
}

function isHost(text: string): boolean {
  return isIP(text) !== 0 || isHostName(text);
}

function hostnameOf(host: string): string {
  return urlOf(`http://${isIP(host) === 6 ? `[${host}]` : host}`)?.hostname ?? host;
}

import type { SiteConfig } from '../config/config';

/** What the official script is given: `config` to setConfig, `checkout` to getCheckout. */
export interface SeamlessOrder {
  config: Record<string, string>;
  checkout: Record<string, unknown>;
}

/** Where a page that runs the script has to let it go (Content-Security-Policy sources). */
export interface SeamlessSources {
  scripts: string[];
  connections: string[];
  /** Origins of the counter. */
  frames: string[];
}

/**
 * The order as the script sends it to CinetPay from the browser: the stored wire body, so that both integrations say the same.
 * There is no return_url in it, because the script shows the end in its own window (docs/cinetpay.md, seamless).
 */
export function seamlessOrder(wireBody: string, site: SiteConfig): SeamlessOrder {
  const { site_id, notify_url, ...rest } = JSON.parse(wireBody) as Record<string, unknown>;
  const checkout = Object.fromEntries(Object.entries(rest).filter(([name]) => name !== 'return_url'));
  return {
    config: {
      apikey: site.apikey.reveal(),
      site_id: String(site_id),
      notify_url: String(notify_url),
      mode: 'PRODUCTION',
    },
    checkout,
  };
}

const OFFICIAL = /(^|\.)cinetpay\.com$/;

/**
 * The official script loads its socket library from a public library host, talks to two hosts of CinetPay and shows the counter of
 * a third; all of them are named in it. Any other script (the simulator's) stays on its own origin and the configured API's.
 */
export function seamlessSources(scriptUrl: string, apiUrl: string): SeamlessSources {
  const script = new URL(scriptUrl);
  const api = new URL(apiUrl).origin;
  if (!OFFICIAL.test(script.hostname)) {
    const origins = [...new Set([script.origin, api])];
    return { scripts: [`${script.origin}${script.pathname}`], connections: origins, frames: origins };
  }
  return {
    scripts: [`${script.origin}${script.pathname}`, 'https://cdnjs.cloudflare.com/ajax/libs/socket.io/'],
    connections: [api, 'https://robot-checkout.cinetpay.com', 'wss://robot-checkout.cinetpay.com'],
    frames: ['https://checkout.cinetpay.com'],
  };
}

/** Makes text safe inside HTML text and quoted attributes. */
export function escape(text: string): string {
  const safe: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replaceAll(/[&<>"']/g, (character) => safe[character] ?? '');
}

const STYLE = `
*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,sans-serif;background:#eef1f5;color:#1b2430}
main{max-width:30rem;margin:1.5rem auto;padding:1.5rem;background:#fff;border-radius:12px;box-shadow:0 1px 6px #0002}
main.wide{max-width:60rem}h1{font-size:1.25rem;margin:0 0 .5rem}.amount{font-size:1.9rem;font-weight:700;margin:.2rem 0}
dl{display:grid;grid-template-columns:fit-content(45%) minmax(0,1fr);gap:.15rem 1rem;margin:.8rem 0}dt{color:#566;overflow-wrap:anywhere}dd{margin:0;overflow-wrap:anywhere}
label{display:block;margin:.8rem 0 .2rem;font-weight:600}select,input{width:100%;padding:.6rem;font:inherit;border:1px solid #8a94a3;border-radius:8px}
button,.button{display:inline-block;padding:.65rem 1rem;margin:.6rem .4rem 0 0;font:inherit;border:1px solid #46505e;border-radius:8px;background:#fff;color:#1b2430;cursor:pointer;text-decoration:none}
button.pay{background:#0b6b3a;border-color:#0b6b3a;color:#fff;font-weight:700;width:100%;margin-right:0}
:focus-visible{outline:3px solid #1d5fd1;outline-offset:2px}.note{padding:.6rem .8rem;background:#fff6dc;border-radius:8px}
.sandbox{font-size:.85rem;color:#566}table{border-collapse:collapse;width:100%}td,th{border:1px solid #cfd6df;padding:.35rem .5rem;text-align:left;vertical-align:top;overflow-wrap:break-word}
p,li,h1,h2,button,.button,code{overflow-wrap:anywhere}select,button,.button{max-width:100%}
@media (max-width:40rem){main{padding:1rem}table,tbody,tr,td{display:block}tr:has(th){display:none}tr{border:1px solid #cfd6df;margin-bottom:.5rem}
td{border:0;overflow-wrap:anywhere}td[data-name]::before{content:attr(data-name) ': ';color:#566}}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f5f7fa;padding:.8rem;border-radius:8px;font-size:.85rem}`;

/** A whole page around a piece of HTML. `script` runs where scripts are allowed; the page works without it. */
export function document(lang: string, title: string, main: string, script = '', wide = false): string {
  return (
    `<!DOCTYPE html><html lang="${lang}"><head><meta charset="utf-8"><title>${escape(title)}</title>` +
    `<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><style>${STYLE}</style></head>` +
    `<body><main${wide ? ' class="wide"' : ''}>${main}</main>${script ? `<script>${script}</script>` : ''}</body></html>`
  );
}

/** The one style sheet, small phones first; inline, so that a slow network draws the page with its first bytes. */
export const STYLE = `
:root{--ink:#17212b;--soft:#52606d;--line:#d5dce4;--ground:#eef2f6;--card:#fff;--act:#0b5cab;--good:#0a6b3d;--bad:#a5251c;--wait:#7a4b00}
*{box-sizing:border-box}
body{margin:0;font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;background:var(--ground);color:var(--ink)}
main{max-width:28rem;margin:0 auto;padding:1.25rem 1.25rem 2rem;background:var(--card);min-height:100vh}
.shop{margin:0 0 1.25rem;font-weight:600;color:var(--soft);overflow-wrap:anywhere}
h1{font-size:1.375rem;line-height:1.25;margin:0 0 .5rem}
p{margin:0 0 1rem}main>p:last-child{margin:0}
.mark{display:block;width:3rem;height:3rem;margin:0 0 .75rem}
.good{color:var(--good)}.bad{color:var(--bad)}.wait{color:var(--wait)}.note{color:var(--soft)}
.order{border-top:1px solid var(--line);margin:1.25rem 0 0;padding:1.25rem 0 0}
.amount{font-size:1.75rem;font-weight:700;margin:0 0 .25rem;font-variant-numeric:tabular-nums}
.what{overflow-wrap:anywhere;white-space:pre-line}
.ref{color:var(--soft);font-size:.875rem;overflow-wrap:anywhere;margin:0}
.ref div{display:flex;flex-wrap:wrap;gap:0 .5rem}.ref dt:after{content:" :"}.ref dd{margin:0;color:var(--ink)}
.button{display:block;width:100%;margin:1.5rem 0 0;padding:.8rem 1rem;border:2px solid var(--act);border-radius:.6rem;background:var(--act);color:#fff;font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
.button.second{background:var(--card);color:var(--act)}
:focus-visible{outline:3px solid #b35900;outline-offset:3px}
.spin{width:2.5rem;height:2.5rem;margin:0 0 1rem;border:.3rem solid var(--line);border-top-color:var(--act);border-radius:50%;animation:turn 1s linear infinite}
@keyframes turn{to{transform:rotate(1turn)}}
@media(prefers-reduced-motion:reduce){.spin{animation-duration:8s}}
[hidden]{display:none!important}
.detail{color:var(--soft);font-size:.875rem;overflow-wrap:anywhere}
.framed main{max-width:none;display:flex;flex-direction:column;height:100vh;height:100dvh;min-height:0;padding:0}
.framed header{display:flex;flex-wrap:wrap;align-items:center;gap:.15rem 1rem;padding:.6rem 1rem;border-bottom:1px solid var(--line);font-size:.875rem}
.framed header div{flex:1 1 14rem;min-width:0}
.framed h1,.framed header p{margin:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.framed h1{font-size:1rem}
.framed header a{padding:.25rem 0}
.framed a{color:var(--act)}
.framed iframe{flex:1;width:100%;border:0}
@media(min-width:32rem){body{padding:3rem 0}main{padding:2rem;min-height:0;border-radius:1rem;box-shadow:0 1px 8px #0000001a}.framed{padding:0}.framed main{padding:0;border-radius:0}}
`;

/** CinetPay's script styles the whole body (centred, not scrolling) while its window is open; our page stays a page. */
export const SEAMLESS_STYLE = `body{display:block!important;overflow:auto!important;height:auto!important}`;

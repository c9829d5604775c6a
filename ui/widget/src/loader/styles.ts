/**
 * The looks of the launcher and the panel. They are adopted by the shadow root, so neither the
 * styles of the page reach in nor does its Content-Security-Policy have to allow inline styles.
 */
export const styles = `
:host{all:initial;color-scheme:light dark}
*{box-sizing:border-box}
.button,.panel{position:fixed;z-index:var(--z);inset-inline-end:max(20px,env(safe-area-inset-right))}
.start .button,.start .panel{inset-inline:max(20px,env(safe-area-inset-left)) auto}
.button{bottom:max(20px,env(safe-area-inset-bottom));width:56px;height:56px;padding:0;border:1px solid rgb(255 255 255/.25);border-radius:50%;background:var(--accent);color:var(--on);cursor:pointer;box-shadow:0 1px 3px rgb(0 0 0/.2),0 8px 24px rgb(0 0 0/.22);transition:transform .15s;-webkit-tap-highlight-color:transparent}
.button:hover{transform:scale(1.05)}
.button:active{transform:scale(.97)}
.button:focus-visible,.again:focus-visible{outline:3px solid #fff;outline-offset:0;box-shadow:0 0 0 6px #0b57d0}
svg{display:block;width:26px;height:26px;margin:auto;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.badge{position:absolute;top:-4px;inset-inline-end:-4px;min-width:22px;height:22px;padding:0 6px;border:2px solid #fff;border-radius:11px;background:#c5221f;color:#fff;font:600 12px/18px system-ui,sans-serif;text-align:center}
[hidden]{display:none!important}
.panel{bottom:calc(max(20px,env(safe-area-inset-bottom)) + 68px);width:400px;height:min(720px,100vh - 112px);height:min(720px,100dvh - 112px);max-width:calc(100vw - 40px);border-radius:16px;overflow:hidden;background:#fff;box-shadow:0 0 0 1px rgb(0 0 0/.08),0 12px 48px rgb(0 0 0/.24);visibility:hidden;opacity:0;transform:translateY(12px);transition:opacity .16s,transform .16s,visibility 0s .16s}
.open .panel{visibility:visible;opacity:1;transform:none;transition-delay:0s}
iframe{position:absolute;inset:0;width:100%;height:100%;border:0;opacity:0;color-scheme:normal}
.ready iframe{opacity:1}
.wait{position:absolute;top:calc(50% - 14px);left:calc(50% - 14px);width:28px;height:28px;border:3px solid rgb(128 134 145/.3);border-top-color:#5f6673;border-radius:50%;animation:turn .8s linear infinite}
.lost iframe{visibility:hidden}
.ready .wait,.ready .failed,.lost .wait{display:none}
.failed{position:absolute;inset:0;display:flex;flex-direction:column;align-items:center;justify-content:center;gap:16px;padding:24px;font:16px/24px system-ui,sans-serif;color:#1b1f27;text-align:center}
.again{padding:10px 16px;border:1px solid #767d8a;border-radius:8px;background:none;color:inherit;font:inherit;cursor:pointer}
.shut{position:absolute;top:12px;inset-inline-end:12px;width:44px;height:44px;border:0;background:none;color:inherit;cursor:pointer}
@keyframes turn{to{transform:rotate(1turn)}}
@media (prefers-color-scheme:dark){.panel{background:#15181e}.failed{color:#e8eaee}}
@media (max-width:480px),(max-height:420px){.panel,.start .panel{inset:0;width:100%;max-width:none;height:100vh;height:100dvh;border-radius:0}.open .button{visibility:hidden}}
@media (prefers-reduced-motion:reduce){*{transition:none!important}.wait{animation-duration:3s}.button:hover{transform:none}}
@media (forced-colors:active){.button{border:2px solid ButtonText}}
@media print{.button,.panel{display:none}}
`;

// Prepares the page for the terminal of textual-serve: fonts first, nothing opened elsewhere, the tab's title from the server.
"use strict";

(() => {
  const FONT_PATIENCE = 4000;

  // Addresses in customers' texts must not become doors: nothing on this page opens anything.
  window.open = () => null;

  function told(event) {
    if (typeof event.data !== "string") return;
    const [kind, facts] = JSON.parse(event.data);
    if (kind === "tab") {
      const { title, readOnly } = document.body.dataset;
      document.title = facts.writes ? title : `[${readOnly}] ${title}`;
    } else if (kind === "ended") {
      document.querySelector("#why").textContent = facts.words;
    }
  }

  let isBegun = false;
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...where) {
      super(...where);
      isBegun = true;
      this.addEventListener("open", listen);
      this.addEventListener("message", told);
    }
  };

  // Thai letters are of many widths, cells of one: a vowel written before its letter stands at the cell's right edge, one written
  // after it at the left, a letter in the middle; what is wider than its cell is narrowed. Else words fall apart.
  const plainly = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
    if (!/^[\u0E01-\u0E5B]/.test(text)) return plainly.call(this, text, x, y, ...rest);
    const room = Math.floor(this.measureText("0").width);
    const spare = Math.max(0, room - this.measureText(text).width);
    const place = /^[\u0E40-\u0E44]/.test(text) ? 1 : /^[\u0E30\u0E32\u0E33]/.test(text) ? 0 : 0.5;
    return plainly.call(this, text, x + spare * place, y, room);
  };

  // The terminal measures its cells once, so the fonts must be there before it is made.
  async function start() {
    document.querySelector("#again").addEventListener("click", () => window.location.reload());
    const wanted = ["16px", "bold 16px", "italic 16px"].map((font) => document.fonts.load(`${font} 'Roboto Mono'`, "Mกø"));
    const late = new Promise((done) => setTimeout(done, FONT_PATIENCE));
    await Promise.race([Promise.allSettled(wanted), late]);
    const terminal = document.createElement("script");
    terminal.src = "static/textual.js";
    terminal.addEventListener("load", () => window.onload(new Event("load")));
    document.head.append(terminal);
  }

  // Keys go to the screens without a click. The terminal can only tell the app once the connection stands.
  function listen() {
    const keys = document.querySelector(".xterm-helper-textarea");
    if (keys !== null) keys.focus();
  }

  window.addEventListener("error", () => {
    if (!isBegun) document.body.classList.add("-broken");
  });
  window.addEventListener("load", start, { once: true });
})();

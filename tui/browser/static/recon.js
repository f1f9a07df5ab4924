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

  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...where) {
      super(...where);
      this.addEventListener("message", told);
    }
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

  window.addEventListener("error", () => {
    if (!document.body.classList.contains("-first-byte")) document.body.classList.add("-broken");
  });
  window.addEventListener("load", start, { once: true });
})();

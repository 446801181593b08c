// Reloads an open page as soon as its session is over, so that nothing of it stays on the screen.
const SIGNED_OUT = 4401;
let leaving = false;
window.addEventListener("beforeunload", () => {
  leaving = true;
  window.setTimeout(() => { leaving = false; }, 5000); // it was a download
});
window.WebSocket = class extends window.WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("close", (closed) => {
      if (closed.code === SIGNED_OUT && !leaving) window.location.reload();
    });
  }
};

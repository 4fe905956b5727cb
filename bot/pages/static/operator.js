// Puts fresh figures on the operators' page while somebody looks at it, and says so when it cannot.
const every = 30_000;
const live = document.querySelector("#live");
const verdict = document.querySelector("#verdict");
const asOf = document.querySelector("#as-of");
const pause = document.querySelector("#pause");

if (live) {
  let paused = false;
  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? pause.dataset.go : pause.dataset.pause;
    if (!paused) renew();
  });
  const inUse = () => live.contains(document.activeElement) || !getSelection().isCollapsed;
  const timer = setInterval(() => {
    if (!paused && !document.hidden && !inUse()) renew();
  }, every);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !paused) renew();
  });

  const stale = (words) => {
    asOf.textContent = words;
    asOf.classList.add("stale");
  };
  async function renew() {
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.status === 404) {
        clearInterval(timer);
        return stale(asOf.dataset.ended);
      }
      if (!answer.ok) return stale(asOf.dataset.away);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      live.replaceChildren(...fresh.querySelector("#live").childNodes);
      const said = fresh.querySelector("#verdict");
      if (said.textContent !== verdict.textContent) verdict.textContent = said.textContent; // read aloud only then
      verdict.className = said.className;
      asOf.textContent = fresh.querySelector("#as-of").textContent;
      asOf.classList.remove("stale");
    } catch {
      stale(asOf.dataset.away);
    }
  }
}

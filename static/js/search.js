// Searches while somebody types: fetches the same page, swaps its results, keeps the query in the address.
"use strict";

const form = document.querySelector("form[data-search]");
const box = form.querySelector("[type=search]");
const status = document.querySelector("#search-status");
let timer;
let running;
let shown = asked();

function asked() {
  return String(new URLSearchParams([...new FormData(form)].filter(([, value]) => value)));
}

// The focus stays on the same link, or goes back to the search if its person is gone.
function swap(results, fresh) {
  const focused = results.contains(document.activeElement) ? document.activeElement : null;
  const link = focused?.getAttribute("href");
  results.replaceWith(fresh);
  if (focused) ([...fresh.querySelectorAll("a")].find((other) => link && other.getAttribute("href") === link) ?? box).focus();
}

async function search() {
  clearTimeout(timer);
  const query = asked();
  if (query === shown) return;
  running?.abort();
  const mine = (running = new AbortController());
  const address = `${form.getAttribute("action")}?${query}`;
  const results = document.querySelector("#results");
  results.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address, { signal: mine.signal, credentials: "same-origin" });
    if (response.redirected || !response.ok) return location.assign(address);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector("#results");
    swap(results, fresh);
    shown = query;
    history.replaceState(null, "", address);
    const fold = form.querySelector(".fold");
    if (fold) fold.textContent = page.querySelector(".fold").textContent.trim();
    if (status.textContent !== fresh.dataset.summary) status.textContent = fresh.dataset.summary;
    for (const last of document.querySelectorAll(".latest-people")) last.hidden = !page.querySelector(".latest-people");
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(search, 200);
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  await search();
  form.dispatchEvent(new CustomEvent("searched"));
});

// On a phone the filters fold, so that the people come first.
const fold = form.querySelector(".fold");
if (fold) {
  fold.hidden = false;
  form.classList.add("is-folded");
  fold.addEventListener("click", () => {
    const isFolded = form.classList.toggle("is-folded");
    fold.setAttribute("aria-expanded", String(!isFolded));
  });
}

// Searches while somebody types: fetches the same page, swaps its results, keeps the query in the address.
"use strict";

const form = document.querySelector("form[data-search]");
const status = document.querySelector("#search-status");
let timer;
let running;

async function search() {
  running?.abort();
  const mine = (running = new AbortController());
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  const address = `${form.getAttribute("action")}?${query}`;
  const results = document.querySelector("#results");
  results.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address, { signal: mine.signal, credentials: "same-origin" });
    if (response.redirected || !response.ok) return location.assign(address);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector("#results");
    results.replaceWith(fresh);
    history.replaceState(null, "", address);
    status.textContent = fresh.dataset.summary;
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(search, 200);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  search();
});

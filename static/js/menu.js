// Places popover menus beside their button where the browser can't do it yet, and gives focus back.
"use strict";

const anchored = CSS.supports("position-area", "block-end span-inline-start");

document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!(menu instanceof HTMLElement) || !menu.matches(".menu[popover]") || event.newState !== "open") return;
    const button = document.querySelector(`[popovertarget="${menu.id}"]`);
    if (!anchored) {
      const place = button.getBoundingClientRect();
      const below = place.bottom + menu.offsetHeight < innerHeight;
      menu.style.setProperty("top", `${below ? place.bottom : Math.max(0, place.top - menu.offsetHeight)}px`);
      menu.style.setProperty("left", `${Math.max(8, place.right - menu.offsetWidth)}px`);
    }
    [...menu.querySelectorAll("a, button, input, [tabindex]")].find((entry) => entry.getClientRects().length)?.focus();
  },
  true,
);

// On a phone the navigation scrolls sideways: the page that is open is in view.
const here = document.querySelector(".nav [aria-current]");
const scroller = here?.closest("nav");
if (scroller) scroller.scrollLeft = here.offsetLeft - (scroller.clientWidth - here.offsetWidth) / 2;

// Arrow keys open a menu from its button and walk through it, with Home and End; Tab works as everywhere, and Esc closes it.
document.addEventListener("keydown", (event) => {
  if (event.target.matches?.("input")) return;
  const step = { ArrowDown: 1, ArrowUp: -1, Home: "first", End: "last" }[event.key];
  const button = event.target.closest?.("[popovertarget]");
  const menu = event.target.closest?.(".menu[popover]") ?? document.getElementById(button?.getAttribute("popovertarget"));
  if (!step || !menu || (typeof step === "string" && !menu.matches(":popover-open"))) return;
  event.preventDefault();
  if (!menu.matches(":popover-open")) return menu.showPopover();
  const entries = [...menu.querySelectorAll("a, button, [tabindex]")].filter((entry) => entry.getClientRects().length);
  const place = entries.indexOf(document.activeElement);
  const next = { first: 0, last: entries.length - 1 }[step] ?? (place + step + entries.length) % entries.length;
  entries[next]?.focus();
});

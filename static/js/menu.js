// Places popover menus beside their button where the browser can't yet do it by itself, and gives focus back.
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
    menu.querySelector("a, button, [tabindex]")?.focus();
  },
  true,
);

// Arrow keys open a menu from its button and walk through it; Tab works as everywhere, and Esc closes it.
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const button = event.target.closest?.("[popovertarget]");
  const menu = event.target.closest?.(".menu[popover]") ?? document.getElementById(button?.getAttribute("popovertarget"));
  if (!step || !menu) return;
  event.preventDefault();
  if (!menu.matches(":popover-open")) return menu.showPopover();
  const entries = [...menu.querySelectorAll("a, button, [tabindex]")];
  const here = entries.indexOf(document.activeElement);
  entries[(here + step + entries.length) % entries.length]?.focus();
});

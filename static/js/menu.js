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

// Arrow keys walk through an open menu; Tab works as everywhere, and Esc closes it.
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".menu[popover]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!menu || !step) return;
  const entries = [...menu.querySelectorAll("a, button, [tabindex]")];
  const next = entries[(entries.indexOf(document.activeElement) + step + entries.length) % entries.length];
  next?.focus();
  event.preventDefault();
});

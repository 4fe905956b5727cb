"use strict";
// Puts the agency's name on the page and starts the chat where there is one.
fetch("/chat/about").then((answer) => answer.json()).then((about) => {
  if (!about.agency) return;
  for (const place of document.querySelectorAll("[data-agency]")) place.textContent = about.agency;
  document.title = about.agency;
  const pane = document.querySelector(".single .pane");
  if (pane) pane.querySelector("h2").textContent = about.agency;
}).catch(() => {});
for (const pane of document.querySelectorAll(".single .pane")) new window.PratuChat(pane).start();

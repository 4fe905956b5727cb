// Puts the agency's name and number on the page and starts the chat where there is one.
import { Chat } from "./chat.js";

for (const pane of document.querySelectorAll(".single .pane")) new Chat(pane).start();
fetch("/chat/about").then((answer) => answer.json()).then(({ agency, phone }) => {
  if (agency) {
    for (const place of document.querySelectorAll("[data-agency], .single .head h2")) place.textContent = agency;
    document.title = `${agency} – ${document.title}`;
  }
  if (!phone) return;
  for (const link of document.querySelectorAll(".phone")) {
    link.href = `tel:${phone.replace(/[^\d+]/g, "")}`;
    link.textContent = `โทร ${phone}`;
    link.hidden = false;
  }
}).catch(() => {}); // the page works without them

// Three chats over the same code path; the head's summary follows what happens in the other two.
import { Chat } from "./chat.js";

const BETWEEN = 10000; // ms: the head's summary is asked for at most this often
const chats = {};
for (const pane of document.querySelectorAll(".demo .pane")) {
  const chat = new Chat(pane);
  chats[pane.dataset.pane] = chat;
  chat.start();
}
for (const button of document.querySelectorAll("[data-try]")) {
  button.addEventListener("click", () => chats.citizen.fill(button.dataset.try));
}

let asked = 0;
let waiting = null;
function somethingHappened() {
  const wait = Math.max(1000, asked + BETWEEN - Date.now());
  waiting ??= setTimeout(() => {
    waiting = null;
    asked = Date.now();
    chats.head.send({ kind: "text", text: "/สรุป" }, true);
  }, wait);
}
for (const name of ["citizen", "officer"]) chats[name].onnews = somethingHappened;

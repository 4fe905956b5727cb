"use strict";
// Three chats over the same code path; the head's summary follows what happens in the other two.
const chats = {};
for (const pane of document.querySelectorAll(".demo .pane")) {
  const chat = new window.PratuChat(pane);
  chats[pane.dataset.pane] = chat;
  chat.start();
}
for (const button of document.querySelectorAll("[data-try]")) {
  button.addEventListener("click", () => chats.citizen.send({ kind: "text", text: button.dataset.try }));
}
let waiting = null;
function refreshHead() {
  if (waiting) return;
  waiting = setTimeout(() => {
    waiting = null;
    chats.head.send({ kind: "text", text: "/สรุป" }, true);
  }, 3000);
}
for (const name of ["citizen", "officer"]) {
  chats[name].onnews = (data) => {
    const text = data.text || "";
    if (data.dir === "out" && (data.type === "card" || /รับแล้วโดย|ปิดเรื่อง|แจ้งผลให้|เปิดเรื่อง/.test(text))) refreshHead();
  };
}

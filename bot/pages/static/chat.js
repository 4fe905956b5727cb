"use strict";
// One chat in one element: what was said, answers as buttons, a box to type in, a photo and a place.
(() => {
  const WORDS = {
    type: "พิมพ์ข้อความ", send: "ส่ง", photo: "ส่งรูป", place: "ส่งตำแหน่ง", again: "เริ่มแชตใหม่",
    failed: "ส่งไม่สำเร็จ แตะเพื่อส่งอีกครั้ง", noplace: "อ่านตำแหน่งไม่ได้ พิมพ์ชื่อสถานที่แทนได้ค่ะ",
    sentphoto: "[รูป]", sentplace: "[ตำแหน่ง]", sentfile: "[ไฟล์]", log: "บทสนทนา", answers: "คำตอบที่เลือกได้",
    now: "ถึงขั้นนี้แล้ว", done: "เสร็จแล้ว", next: "ยังไม่ถึง", you: "คุณ: ", offline: "ขาดการเชื่อมต่อ กำลังต่อใหม่…",
  };
  const MARKS = { done: "✓", now: "●", next: "○" };

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "text") element.textContent = value;
      else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value);
    }
    element.append(...children.filter(Boolean));
    return element;
  }

  class PratuChat {
    constructor(root) {
      this.root = root;
      this.key = `pratu-chat-${root.dataset.pane}-${root.dataset.session}`;
      this.after = 0;
      this.wait = 500;
      this.onnews = () => {};
      this.shown = new Map();
      this.build();
    }

    build() {
      const id = this.root.id ? "box" : `box-${this.root.dataset.pane}`;
      this.log = make("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": WORDS.log, tabindex: "0" });
      this.choices = make("div", { class: "choices", role: "group", "aria-label": WORDS.answers });
      this.state = make("p", { class: "state", role: "status" });
      this.box = make("textarea", { id, rows: "1", "aria-label": WORDS.type, placeholder: WORDS.type, maxlength: "5000" });
      this.file = make("input", { type: "file", accept: "image/jpeg,image/png,image/webp,application/pdf", hidden: "" });
      this.file.addEventListener("change", () => this.upload());
      this.box.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.submit(); }
      });
      const form = make("form", { class: "write", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
        make("button", { type: "button", class: "tool", text: WORDS.photo, onclick: () => this.file.click() }),
        make("button", { type: "button", class: "tool", text: WORDS.place, onclick: () => this.locate() }),
        this.box, make("button", { type: "submit", class: "send", text: WORDS.send }), this.file);
      const head = make("div", { class: "head" }, make("h2", { text: this.root.dataset.title }),
        make("button", { type: "button", class: "again", text: WORDS.again, onclick: () => this.restart() }));
      this.root.append(head, this.log, this.state, this.choices, form);
    }

    async start() {
      this.token = localStorage.getItem(this.key);
      if (!this.token) await this.open();
      this.listen();
      if (this.root.dataset.first && this.fresh) this.send({ kind: "text", text: this.root.dataset.first }, true);
    }

    async open() {
      const answer = await fetch(this.root.dataset.session, {
        method: "POST", headers: { "content-type": "application/json" },
        body: JSON.stringify({ pane: this.root.dataset.pane }),
      });
      this.token = (await answer.json()).token;
      this.fresh = true;
      localStorage.setItem(this.key, this.token);
    }

    restart() {
      localStorage.removeItem(this.key);
      location.reload();
    }

    // --- out -------------------------------------------------------------------------------------------------
    submit() {
      const text = this.box.value.trim();
      if (!text) return;
      this.box.value = "";
      this.send({ kind: "text", text });
    }

    async send(message, quiet = false) {
      const id = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`;
      const words = message.text || { place: WORDS.sentplace, file: WORDS.sentphoto }[message.kind];
      const bubble = quiet ? null : this.bubble("in", words);
      this.choices.replaceChildren();
      await this.post({ ...message, id }, bubble);
    }

    async post(message, bubble) {
      try {
        const answer = await fetch("/chat/messages", {
          method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${this.token}` },
          body: JSON.stringify(message),
        });
        const data = await answer.json();
        if (answer.status === 401) return this.restart();
        if (!answer.ok) { this.note(data.message); if (answer.status < 500) { bubble?.remove(); return; } throw new Error(data.error); }
        if (bubble) this.shown.set(data.id, bubble);
        this.note("");
      } catch {
        if (!bubble) return;
        bubble.classList.add("failed");
        const retry = make("button", { type: "button", class: "retry", text: WORDS.failed, onclick: () => {
          retry.remove(); bubble.classList.remove("failed"); this.post(message, bubble);
        } });
        bubble.append(retry);
      }
    }

    async upload() {
      const file = this.file.files[0];
      this.file.value = "";
      if (!file) return;
      const answer = await fetch("/chat/files", {
        method: "POST", headers: { authorization: `Bearer ${this.token}`, "content-type": file.type || "application/octet-stream" }, body: file,
      });
      const data = await answer.json();
      if (!answer.ok) return this.note(data.message);
      await this.send({ kind: "file", file: data.file });
    }

    locate() {
      if (!navigator.geolocation) return this.note(WORDS.noplace);
      navigator.geolocation.getCurrentPosition(
        (found) => this.send({ kind: "place", lat: found.coords.latitude, lon: found.coords.longitude }),
        () => this.note(WORDS.noplace), { timeout: 10000, enableHighAccuracy: true });
    }

    // --- in --------------------------------------------------------------------------------------------------
    async listen() {
      for (;;) {
        try {
          const answer = await fetch(`/chat/events?after=${this.after}`, { headers: { authorization: `Bearer ${this.token}` } });
          if (answer.status === 401) return this.restart();
          if (!answer.ok) throw new Error(answer.status);
          this.note("");
          this.wait = 500;
          await this.read(answer.body.getReader());
        } catch { this.note(WORDS.offline); }
        await new Promise((done) => setTimeout(done, this.wait));
        this.wait = Math.min(this.wait * 2, 15000);
      }
    }

    async read(reader) {
      const decoder = new TextDecoder();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        rest += decoder.decode(value, { stream: true });
        const blocks = rest.split("\n\n");
        rest = blocks.pop();
        for (const block of blocks) this.take(block);
      }
    }

    take(block) {
      let id = 0, data = null;
      for (const line of block.split("\n")) {
        if (line.startsWith("id: ")) id = Number(line.slice(4));
        if (line.startsWith("data: ")) data = JSON.parse(line.slice(6));
      }
      if (!data || id <= this.after) return;
      this.after = id;
      this.show(data);
      this.onnews(data);
    }

    show(data) {
      if (data.dir === "in") {
        if (this.shown.delete(data.event)) return;
        if (this.root.dataset.first === data.text) return;
        const words = data.text || { image: WORDS.sentphoto, place: WORDS.sentplace }[data.kind] || WORDS.sentfile;
        this.bubble("in", words);
        return;
      }
      if (data.type === "card") this.card(data);
      else if (data.type === "picture") this.log.append(make("img", { src: data.url, alt: data.alt }));
      else this.bubble("out", data.text);
      if (data.type !== "card" || (data.choices || []).some((choice) => choice.opens !== "link")) this.offer(data.choices || []);
      this.scroll();
    }

    bubble(side, text) {
      const bubble = make("div", { class: `bubble ${side}` });
      if (side === "in") bubble.append(make("span", { class: "aside", text: WORDS.you }));
      bubble.append(make("span", { text }));
      this.log.append(bubble);
      this.scroll();
      return bubble;
    }

    card(data) {
      const steps = make("ol", { class: "steps" }, ...data.steps.map((step) => make("li", { class: step.state },
        make("span", { class: "mark", "aria-hidden": "true", text: MARKS[step.state] }),
        make("span", { text: step.label }), make("span", { class: "aside", text: ` (${WORDS[step.state]})` }))));
      const rows = make("dl", {}, ...data.rows.flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })]));
      const link = (data.choices || []).find((choice) => choice.opens === "link");
      this.log.append(make("article", { class: `card${data.urgent ? " urgent" : ""}`, "aria-label": `${data.title} ${data.reference}` },
        make("header", {}, make("span", { text: data.title }), make("strong", { text: data.status })),
        make("p", { class: "reference", text: data.reference }), steps, rows,
        link ? make("a", { href: link.send, rel: "noopener", target: "_blank", text: link.label }) : null));
    }

    offer(choices) {
      this.choices.replaceChildren(...choices.filter((choice) => choice.opens !== "link").map((choice) => make("button", {
        type: "button", text: choice.label, onclick: () => this.tap(choice),
      })));
    }

    tap(choice) {
      if (choice.opens === "place") return this.locate();
      if (choice.opens === "camera" || choice.opens === "photos") return this.file.click();
      const says = choice.send || choice.label;
      // An officer's command that still needs words is put into the box to be finished.
      if (/^\/(แจ้ง|ผล) /.test(says)) { this.box.value = `${says} `; this.box.focus(); return undefined; }
      return this.send({ kind: "text", text: says });
    }

    note(text) { this.state.textContent = text || ""; }

    scroll() { this.log.scrollTop = this.log.scrollHeight; }
  }

  window.PratuChat = PratuChat;
})();

// How one message looks: bubbles, cards and pictures. Knows nothing of the network.
const WORDS = {
  you: "คุณ: ", photo: "[รูป]", place: "[ตำแหน่ง]", file: "[ไฟล์]", gone: "[ข้อความนี้ถูกลบแล้ว]",
  done: "เสร็จแล้ว", now: "ถึงขั้นนี้แล้ว", next: "ยังไม่ถึง",
};
const MARKS = { done: "✓", now: "●", next: "○" };
const KINDS = { image: WORDS.photo, place: WORDS.place };

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

// What a message of one's own says in words.
export function wordsOf(data) {
  if (data.gone) return WORDS.gone;
  return data.text || KINDS[data.kind] || WORDS.file;
}

export function mine(words, picture) {
  const bubble = make("div", { class: "bubble in" }, make("span", { class: "aside", text: WORDS.you }));
  const plain = make("span", { text: words });
  if (!picture) { bubble.append(plain); return bubble; }
  const address = URL.createObjectURL(picture);
  const image = make("img", { src: address, alt: words });
  image.addEventListener("load", () => URL.revokeObjectURL(address));
  image.addEventListener("error", () => { URL.revokeObjectURL(address); image.replaceWith(plain); });
  bubble.append(image);
  return bubble;
}

// `tap` is what a button inside a message does: those of a board decide whenever they are tapped.
export function theirs(data, tap) {
  if (data.type === "card") return card(data);
  if (data.type === "board" && !data.gone) return board(data, tap);
  if (data.type === "picture") return picture(data);
  return make("div", { class: "bubble out" }, make("span", { text: data.gone ? WORDS.gone : data.text }), ...links(data));
}

function picture(data) {
  const words = make("span", { text: data.alt });
  const image = make("img", { src: data.url, alt: data.alt });
  image.addEventListener("error", () => image.replaceWith(words));
  return make("div", { class: "bubble out" }, data.url ? image : words);
}

// Addresses stay with their message; only web addresses become links.
function links(data) {
  return (data.choices || []).filter((choice) => choice.opens === "link" && /^(https?:\/)?\/[^/]/.test(choice.send))
    .map((choice) => make("a", { class: "link", href: choice.send, rel: "noopener", target: "_blank", text: choice.label }));
}

function card(data) {
  const steps = data.steps.map((step) => make("li", { class: step.state },
    make("span", { class: "mark", "aria-hidden": "true", text: MARKS[step.state] }),
    make("span", { text: step.label }), make("span", { class: "aside", text: ` (${WORDS[step.state]})` })));
  const rows = data.rows.map(([name, value]) => make("div", {}, make("dt", { text: name }), make("dd", { text: value })));
  return make("article", { class: `card${data.urgent ? " urgent" : ""}`, "aria-label": `${data.title} ${data.reference}` },
    make("header", {}, make("span", { text: data.title }), make("strong", { text: data.status })),
    make("p", { class: "reference", text: data.reference }),
    make("ol", { class: "steps" }, ...steps), make("dl", {}, ...rows), ...links(data));
}

function board(data, tap) {
  const figures = data.figures.map((one) => make("div", {}, make("dt", { text: one.name }),
    make("dd", {}, make("strong", { text: one.value }), one.change && make("span", { text: one.change }))));
  const lines = data.lines.map((line) => make("li", { text: line }));
  return make("article", { class: "card board", "aria-label": `${data.title} ${data.period}` },
    make("header", {}, make("strong", { text: data.title }), make("span", { text: data.period })),
    figures.length && make("dl", { class: "figures" }, ...figures),
    lines.length && make("ul", {}, ...lines), ...data.matters.map((one) => matter(one, tap)), ...links(data));
}

function matter(data, tap) {
  const answers = data.choices.filter((choice) => choice.opens !== "link").map((choice) => make("button", {
    type: "button", text: choice.label, "aria-label": `${choice.label} ${data.title}`, onclick: () => tap(choice),
  }));
  return make("section", { class: "matter", "aria-label": data.title }, make("h3", { text: data.title }),
    make("p", { text: data.text }), make("div", { class: "answers" }, ...answers), ...links(data));
}

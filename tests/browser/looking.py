"""What a page is looked over for, as scripts for the browser; both find what is wrong."""

from __future__ import annotations

# Texts with less than 4.5 : 1 against what is behind them (WCAG 2.2 AA, 1.4.3).
POOR_CONTRAST = """() => {
          const rgb = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
            .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const behind = (e) => { for (; e; e = e.parentElement) {
            const c = rgb(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0.99) return c; }
            return [255, 255, 255]; };
          const found = [];
          for (const e of document.querySelectorAll('body *')) {
            const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
            if (!own || !e.offsetParent) continue;
            const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
            const ratio = (a + 0.05) / (b + 0.05);
            if (ratio < 4.5) found.push(`${e.tagName} ${e.textContent.slice(0, 20)} ${ratio.toFixed(2)}`);
          }
          return found; }"""

# Targets of this selector smaller than 44 px in either direction (WCAG 2.2 asks for 24; thumbs for more).
SMALL_TARGETS = """(selector) => [...document.querySelectorAll(selector)]
  .filter(e => e.offsetParent && !e.closest('.skip'))
  .map(e => [e, e.getBoundingClientRect()]).filter(([e, box]) => box.height < 43.5 || box.width < 43.5)
  .map(([e, box]) => `${e.tagName} ${e.textContent.slice(0, 20)} ${box.width.toFixed()}x${box.height.toFixed()}`)"""

// The page of `shiji timeline --html` in a real browser: hostile articles, search, filters,
// keys, both languages, phone and desktop, print. Not a part of `cargo test`; it wants
// Chromium and playwright-core, which may be installed in any folder:
//
//     cd /some/folder && npm install playwright-core
//     SHIJI=target/release/shiji CHROMIUM=/usr/bin/chromium node PATH/tests/browser/page.mjs [SHOTS]
//
// With SHOTS, a folder, it leaves screenshots and the printed page there to be looked at.
// PAGE=FILE looks at a page of yours instead of testing our own.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const { chromium } = createRequire(join(process.cwd(), "x"))("playwright-core");
const program = resolve(process.env.SHIJI ?? "target/release/shiji");
const shots = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), "shiji-"));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});

const HOSTILE =
  `</title></style></script><script>window.taken=1</script><img src=x onerror="window.taken=2">` +
  `"'><svg onload=window.taken=3><a href="javascript:window.taken=4">`;

/** A record of `shiji tag`: every `name` in the text is a mention of the entity `id`. */
function record(number, day, name, id, text, more = {}) {
  const letters = [...text], wanted = [...name], mentions = [];
  for (let at = 0; at + wanted.length <= letters.length; at++) {
    if (wanted.every((letter, i) => letters[at + i] === letter)) {
      mentions.push({ start: at, end: at + wanted.length, text: name, type: "PER", confidence: 1, entity: id });
    }
  }
  const entity = { id, type: "PER", name, name_hant: null, name_en: "Dong Jun", variants: [name], roles: [] };
  return {
    schema: "shiji/1", id: `a${number}`, url: `https://example.org/${number}`, source: `外媒${number % 3}`,
    title: text.split("\n")[0], published: day, text, mentions, entities: [{ ...entity, ...more.entity }],
    dates: [], topics: [], ...more.record,
  };
}

/** Writes records and returns the page that the program makes of them. */
function page(name, records, ...options) {
  const input = join(folder, `${name}.jsonl`), html = join(folder, `${name}.html`);
  writeFileSync(input, records.map((record) => JSON.stringify(record) + "\n").join(""));
  execFileSync(program, ["timeline", "PER:x", "--in", input, "--html", html, "--svg", `${html}.svg`, ...options]);
  return html;
}

/** Opens a file; whatever it loads from elsewhere, and every error, is a fault. */
async function open(file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const tab = await context.newPage();
  const faults = [];
  tab.on("pageerror", (error) => faults.push(String(error)));
  tab.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  tab.on("request", (request) => request.url().startsWith("file:") || faults.push(request.url()));
  tab.on("dialog", (dialog) => faults.push(dialog.message()));
  await tab.goto(`file://${file}`);
  return { tab, faults };
}

const narrow = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** Pieces of the page: its beginning, the events, its end. */
async function shoot(tab, path) {
  // Events that are out of sight are not laid out until they are scrolled to.
  await tab.addStyleTag({ content: ".event { content-visibility: visible !important }" });
  const height = await tab.evaluate(() => document.documentElement.scrollHeight);
  const width = tab.viewportSize().width;
  for (const [part, y] of [["top", 0], ["middle", 1500], ["end", Math.max(0, height - 1500)]]) {
    const clip = { x: 0, y, width, height: Math.min(1500, height - y) };
    if (clip.height > 0) await tab.screenshot({ path: `${path}-${part}.png`, fullPage: true, clip });
  }
}

async function look(file, name) {
  for (const [size, options] of [["1280", {}], ["390", narrow]]) {
    for (const colorScheme of ["light", "dark"]) {
      const { tab } = await open(file, { ...options, colorScheme, bypassCSP: true });
      const width = await tab.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(width[0] <= width[1], `${name} is wider than the window at ${size}: ${width}`);
      if (shots) await shoot(tab, join(shots, `${name}-${size}-${colorScheme}`));
      await tab.context().close();
    }
  }
  const { tab } = await open(file);
  if (shots) await tab.pdf({ path: join(shots, `${name}.pdf`), format: "A4" });
  await tab.context().close();
}

if (process.env.PAGE) {
  await look(resolve(process.env.PAGE), "page");
  await browser.close();
  process.exit(0);
}

const count = (tab) => tab.textContent("#count");

/** Waits until the page says that it shows so many events; without a number, that it has filtered. */
const settled = (tab, shown = "") => tab.waitForFunction((shown) => {
  const said = document.getElementById("count").textContent.match(/(\d+) \/ \d+/);
  return said && (shown === "" || said[1] === String(shown));
}, shown);

{
  const records = Array.from({ length: 12 }, (_, i) => {
    const name = `王${HOSTILE}`;
    const urls = ["javascript:window.taken=5", `https://a.cn/"onmouseover="window.taken=6`, "data:text/html,<script>1</script>"];
    return record(i, `2024-01-${String(1 + i).padStart(2, "0")}`, name, "PER:x", `${name}访问${HOSTILE}\n${name}第${i}次表示${HOSTILE}。`, {
      entity: { name_hant: HOSTILE, name_en: HOSTILE, roles: [{ title: HOSTILE, of: HOSTILE, former: false }] },
      record: { url: urls[i % 3], source: HOSTILE, id: `${HOSTILE}${i}` },
    });
  });
  for (const lang of ["zh", "en"]) {
    const html = page(`hostile-${lang}`, records, "--lang", lang);
    for (const file of [html, `${html}.svg`]) {
      const { tab, faults } = await open(file);
      await tab.mouse.move(600, 400);
      assert.equal(await tab.evaluate(() => window.taken), undefined, `${file} ran what an article says`);
      assert.deepEqual(faults, [], file);
      if (file === html) {
        const found = await tab.evaluate(() => [document.scripts.length, document.images.length,
          // Links of the picture have no `protocol` of their own.
          [...document.querySelectorAll("a")].map((a) => new URL(a.href.baseVal ?? a.href, location.href).protocol)
            .filter((protocol) => !/^(file|https?):$/.test(protocol)).length]);
        assert.deepEqual(found, [1, 0, 0]);
        await tab.fill("#query", HOSTILE);
        await settled(tab);
        assert.equal(await tab.evaluate(() => window.taken), undefined);
      }
      await tab.context().close();
    }
  }
}

{
  const said = ["董军在京会见客人", "董军出席海军成立纪念活动", "董军與奥斯汀通話", "董军赴新加坡出席香格里拉对话会"];
  const records = Array.from({ length: 40 }, (_, i) => {
    const day = `20${20 + (i % 5)}-${String(1 + (i % 12)).padStart(2, "0")}-${String(1 + (i % 28)).padStart(2, "0")}`;
    return record(i, day, "董军", "PER:x", `${said[i % 4]}\n${said[i % 4]}，编号${i}。`);
  });
  const html = page("plain", records, "--top", "all");
  const { tab, faults } = await open(html);
  const all = await tab.locator("article.event").count();
  assert.ok(all > 20);

  await tab.keyboard.press("/");
  await tab.keyboard.type("通话 奥斯汀");
  await settled(tab);
  const shown = await tab.locator("article.event:not([hidden])").count();
  assert.ok(shown > 0 && shown < all, "traditional text is found by simplified words");
  await tab.keyboard.press("Enter");
  const first = await tab.evaluate(() => document.activeElement.id);
  await tab.keyboard.press("j");
  const second = await tab.evaluate(() => document.activeElement.id);
  assert.ok(first.startsWith("e") && second.startsWith("e") && first !== second);
  await tab.keyboard.press("k");
  assert.equal(await tab.evaluate(() => document.activeElement.id), first);
  await tab.keyboard.press("Escape");
  await settled(tab, all);

  await tab.fill("#query", "没有这样的事");
  await settled(tab, 0);
  assert.ok(await tab.isVisible("#nothing"));
  await tab.click("#clear");
  await tab.fill("#from", "2022-01-01");
  await tab.fill("#to", "2022-12-31");
  await tab.waitForTimeout(300);
  const years = await tab.$$eval("article.event:not([hidden])", (events) => events.map((event) => event.dataset.from.slice(0, 4)));
  assert.ok(years.length > 0 && years.every((year) => year === "2022"), String(years));
  await tab.click("#clear");
  await tab.selectOption("#dates", "text");
  await settled(tab, 0);
  await tab.click("#clear");
  await tab.click(".wide svg a >> nth=1");
  assert.match(await tab.evaluate(() => location.hash), /^#e\d+$/);
  assert.deepEqual(faults, []);

  const script = await open(html, { javaScriptEnabled: false });
  assert.equal(await script.tab.locator("article.event").count(), all, "all is there without the script");
  assert.ok(!(await script.tab.isVisible("#bar")));
  await look(html, "plain");

  const english = readFileSync(page("english", records, "--lang", "en"), "utf8");
  const around = english.replace(/<(blockquote|title|h1|ul|small|p(?= class="names")|span(?= class="chip))\b[^>]*>[\s\S]*?<\/\1>/g, "");
  const left = around.replace(/data-fold="[^"]*"|<style>[\s\S]*<\/style>|<script>[\s\S]*<\/script>|<svg[\s\S]*?<\/svg>/g, "").match(/[^\n]*\p{Script=Han}[^\n]*/gu);
  assert.equal(left, null, `Chinese is left in the English page: ${left}`);
}

{
  const records = Array.from({ length: 5000 }, (_, i) => {
    const day = new Date(Date.UTC(2010, 0, 1 + i)).toISOString().slice(0, 10);
    return record(i, day, "董军", "PER:x", `董军第${i}次讲话\n董军第${i}次讲话，谈到第${(i * 7919) % 5000}件事。`);
  });
  const html = page("large", records, "--top", "all");
  const { tab, faults } = await open(html);
  assert.equal(await tab.locator("article.event").count(), 5000);
  const started = Date.now();
  await tab.fill("#query", "第4999次");
  await settled(tab, 1);
  console.log(`search in 5,000 events: ${Date.now() - started} ms`);
  assert.deepEqual(faults, []);
  await tab.context().close();
}

await browser.close();
console.log("the page holds");

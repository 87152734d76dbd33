// The page in a real browser: with script and without, in both languages, wide and narrow, light and dark.
//
//   node tests/browser/run.mjs target/debug/modori [FOLDER FOR PICTURES]
//
// Needs node 18, chromium and chromedriver, and nothing else: it speaks WebDriver (https://www.w3.org/TR/webdriver2/) itself.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";

const [program, pictures] = process.argv.slice(2);
const BOUNCE =
  "<hanako@docomo.ne.jp>: host mfsmax.docomo.ne.jp[192.0.2.10] said: 550 Unknown user hanako@docomo.ne.jp (in reply to end of DATA command)";
const HOSTILE = '550 5.1.1 <img src=x onerror="document.title=1">: User unknown</textarea><script>document.title=2</script>';
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** Starts a program, and gives what its output shows where it listens. */
async function start(command, args, sign) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  const found = new Promise((resolve, reject) => {
    let output = "";
    const hear = (part) => {
      output += part;
      const match = output.match(sign);
      if (match) resolve(match[1]);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${command} ended with ${code}: ${output}`)));
  });
  return { child, at: await found };
}

class Browser {
  static async open(driver, script) {
    const args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"];
    const prefs = script ? {} : { "profile.managed_default_content_settings.javascript": 2 };
    const capabilities = { alwaysMatch: { browserName: "chrome", "goog:chromeOptions": { args, prefs }, "goog:loggingPrefs": { browser: "ALL" } } };
    const browser = new Browser();
    browser.base = `http://127.0.0.1:${driver}`;
    const { sessionId } = await browser.call("POST", "/session", { capabilities });
    browser.base += `/session/${sessionId}`;
    return browser;
  }

  async call(method, path, body) {
    const response = await fetch(this.base + path, { method, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  }

  go = (url) => this.call("POST", "/url", { url });
  cdp = (cmd, params) => this.call("POST", "/goog/cdp/execute", { cmd, params });
  find = async (value) => (await this.call("POST", "/element", { using: "css selector", value }))[ELEMENT];
  text = async (css) => this.call("GET", `/element/${await this.find(css)}/text`);
  click = async (css) => this.call("POST", `/element/${await this.find(css)}/click`, {});
  type = async (css, text) => this.call("POST", `/element/${await this.find(css)}/value`, { text });
  run = (script, ...args) => this.call("POST", "/execute/sync", { script, args });
  log = () => this.call("POST", "/se/log", { type: "browser" });
  close = () => this.call("DELETE", "");

  async until(css, what) {
    for (const end = Date.now() + 20_000; Date.now() < end; ) {
      try {
        return await this.text(css);
      } catch {
        await new Promise((wake) => setTimeout(wake, 50));
      }
    }
    throw new Error(`not in 20 seconds: ${what}`);
  }

  async picture(name) {
    if (!pictures) return;
    mkdirSync(pictures, { recursive: true });
    const { data } = await this.cdp("Page.captureScreenshot", { format: "png", captureBeyondViewport: true });
    writeFileSync(`${pictures}/${name}.png`, Buffer.from(data, "base64"));
  }
}

const luminance = (rgb) =>
  rgb.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);

/** Every text stands out from what is behind it as WCAG 2.2, 1.4.3 asks. */
async function contrast(browser, where) {
  const texts = await browser.run(`
    const rgb = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
    const behind = (node) => { for (; node; node = node.parentElement) { const c = rgb(getComputedStyle(node).backgroundColor); if (c[3] !== 0) return c.slice(0, 3); } return [255, 255, 255]; };
    return [...document.querySelectorAll("body *")].filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
      .map((node) => ({ text: node.textContent.trim().slice(0, 30), ink: rgb(getComputedStyle(node).color).slice(0, 3), paper: behind(node) }));`);
  for (const { text, ink, paper } of texts) {
    const [light, dark] = [luminance(ink), luminance(paper)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    assert.ok(ratio >= 4.5, `${where}: "${text}" has a contrast of ${ratio.toFixed(2)}`);
  }
}

/** In each look the page fits its width and can be read; each field has a name. */
async function looks(browser, url) {
  for (const lang of ["ja", "en"]) {
    for (const [size, width, height] of [["phone", 360, 740], ["desktop", 1280, 800]]) {
      for (const scheme of ["light", "dark"]) {
        const name = `${lang}-${size}-${scheme}`;
        await browser.cdp("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: size === "phone" });
        await browser.cdp("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
        await browser.go(`${url}?lang=${lang}`);
        await browser.picture(`${name}-empty`);
        await browser.type("#text", BOUNCE);
        await browser.click(".ask");
        await browser.until("#answer h2", "an answer");
        assert.equal(await browser.run("return document.documentElement.lang"), lang);
        assert.ok(await browser.run("return document.documentElement.scrollWidth <= innerWidth"), `${name} is too wide`);
        assert.ok(await browser.run("return [...document.querySelectorAll('button')].every((b) => b.getBoundingClientRect().height >= 44)"), name);
        await contrast(browser, name);
        await browser.picture(name);
      }
    }
  }
}

async function withScript(browser, url) {
  await browser.go(`${url}?lang=en`);
  await browser.run("window.same = true");
  await browser.type("#text", BOUNCE);
  await browser.click(".ask");
  const title = await browser.until("#answer h2", "an answer");
  assert.ok(await browser.run("return window.same"), "the page stayed");
  assert.equal(await browser.run("return document.activeElement.id"), "answer");
  assert.equal(await browser.text("#answer mark"), "Unknown user");
  assert.equal(await browser.text("#answer code"), "docomo/unknown-user");
  await browser.click("nav button[lang=ja]");
  const japanese = await browser.until("html[lang=ja] #answer h2", "the other language");
  assert.notEqual(japanese, title);
  assert.equal(await browser.run("return document.getElementById('text').value"), BOUNCE, "what was pasted is still there");
}

async function hostile(browser, url) {
  for (const submit of ["document.querySelector('.ask').click()", "document.getElementById('ask').submit()"]) {
    await browser.go(`${url}?lang=en`);
    await browser.run("document.getElementById('text').value = arguments[0]", HOSTILE);
    await browser.run(submit);
    await browser.until("#answer h2", "an answer");
    assert.match(await browser.run("return document.title"), /modori$/, "nothing of the mail ran");
    assert.equal(await browser.run("return document.querySelectorAll('#answer img, #answer script').length"), 0);
    assert.equal(await browser.run("return document.getElementById('text').value"), HOSTILE);
  }
}

async function withoutScript(browser, url) {
  await browser.go(`${url}?lang=ja`);
  await browser.run("document.body.dataset.same = 1");
  await browser.type("#text", BOUNCE);
  await browser.click(".ask");
  await browser.until("#answer h2", "an answer without script");
  assert.ok(await browser.run("return !document.body.dataset.same"), "the page is another");
  assert.equal(await browser.text("#answer mark"), "Unknown user");
  await browser.click("nav button[lang=en]");
  await browser.until("html[lang=en] #answer h2", "the other language without script");
}

const service = await start(program, ["serve", "--listen", "127.0.0.1:0"], /listening at (\S+)\s/);
const driver = await start("chromedriver", ["--port=0"], /started successfully on port (\d+)/);
let browser;
try {
  browser = await Browser.open(driver.at, true);
  await withScript(browser, service.at);
  await hostile(browser, service.at);
  await looks(browser, service.at);
  const complaints = (await browser.log()).filter(({ level, message }) => level === "SEVERE" && !message.includes("/favicon.ico"));
  assert.deepEqual(complaints, [], "the browser has nothing to complain of");
  await browser.close();
  browser = await Browser.open(driver.at, false);
  await withoutScript(browser, service.at);
  console.log("the page works with script and without, in both languages, wide and narrow, light and dark");
} finally {
  await browser?.close().catch(() => {});
  driver.child.removeAllListeners("exit").kill();
  service.child.removeAllListeners("exit").kill();
}

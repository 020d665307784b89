// The page that a new user opens first: contract/system.md §1, "works without internet access".
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Grover } from "./server";

const executablePath = "/usr/bin/chromium";
describe.skipIf(!existsSync(executablePath))("the documentation page", () => {
  let grover: Grover;
  let browser: Browser;
  beforeAll(async () => {
    grover = await Grover.start();
    browser = await chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"] });
  });
  afterAll(async () => {
    await browser?.close();
    await grover?.stop();
  });

  it("is where the front page leads, and shows every group of endpoints", async () => {
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(`${grover.url}/`);
    await page.waitForSelector(".opblock-tag", { timeout: 60_000 });
    const shown = await page.locator(".opblock-tag").evaluateAll((tags) => tags.map((tag) => (tag as HTMLElement).dataset.tag));
    expect(shown).toEqual(expect.arrayContaining(["auth", "users", "posts", "media"]));
    expect(asked.filter((url) => !url.startsWith(grover.url) && !url.startsWith("data:"))).toEqual([]);
  }, 120_000);
});

// The first view of a large profile: the console beside speedscope, in one browser, one after the other; then its canvas beside a library that draws with SVG.
// node flame.mjs CONSOLE-URL USER PASSWORD PROFILE MODULES-FOLDER TREE CANVAS-MODULE
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { compare, sent } from './flame-library.mjs';

const [console_, user, password, profile, modules, tree, canvas] = process.argv.slice(2);
const speedscope = join(modules, 'speedscope/dist/release');
const patience = 300_000;
const launch = () => chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--js-flags=--max-old-space-size=8192'],
});
const browser = await launch();

async function open() {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    context.setDefaultTimeout(patience);
    return context.newPage();
}

function drawn() {
    const canvas = document.querySelector('[data-testid=flame] canvas');
    return canvas && canvas.width > 300 && canvas.height > 50;
}

// Zooms in six times and times every frame of each animation.
async function zoom(page) {
    await page.evaluate(() => {
        window.frames_ = [];
        let last = performance.now();
        const step = now => {
            window.frames_.push(now - last);
            last = now;
            requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
    });
    const all = [];
    const box = await page.locator('[data-testid=flame] canvas').boundingBox();
    for (let level = 1; level <= 6; level++) {
        await page.evaluate(() => { window.frames_.length = 0; });
        await page.mouse.click(box.x + box.width * 0.2, box.y + box.height - 19 * (level + 2));
        await page.waitForTimeout(180);
        all.push(...await page.evaluate(() => window.frames_.slice(1)));
        await page.waitForTimeout(1000);
    }
    all.sort((a, b) => a - b);
    console.log(`console, zooming: ${all.length} frames, median ${all[all.length >> 1].toFixed(1)} ms, slowest ${all.at(-1).toFixed(1)} ms`);
}

async function ours() {
    const page = await open();
    await page.goto(`${console_}/captures`);
    await page.fill('input[name="Input.User"]', user);
    await page.fill('input[name="Input.Password"]', password);
    await page.click('button[type=submit]');
    await page.waitForSelector('[data-interactive=true]');

    // Brought without looking at it, so that the click is the first to have it read.
    const token = await page.getAttribute('.upload input[name=__RequestVerificationToken]', 'value');
    const file = { name: 'large.pb.gz', mimeType: 'application/gzip', buffer: await readFile(profile) };
    await page.request.post(`${console_}/captures/upload`, { multipart: { __RequestVerificationToken: token, file }, maxRedirects: 0, timeout: patience });
    await page.reload();
    await page.waitForSelector('[data-interactive=true]');
    const link = page.locator('[data-testid=captures] tbody a').first();
    const begun = Date.now();
    await link.click();
    await page.waitForFunction(drawn);
    const time = (Date.now() - begun) / 1000;
    const flame = await sent(page, console_);
    const boxes = await page.getAttribute('[data-testid=flame]', 'data-boxes');
    console.log(`console, first view after the click: ${time.toFixed(2)} s (${boxes} boxes)`);
    await zoom(page);
    await page.close();
    return [time, flame];
}

async function theirs() {
    const types = { '.js': 'text/javascript', '.css': 'text/css', '.html': 'text/html', '.wasm': 'application/wasm' };
    const server = createServer(async (request, response) => {
        const path = join(speedscope, request.url === '/' ? 'index.html' : request.url.split('?')[0]);
        const body = await readFile(path).catch(() => null);
        response.writeHead(body ? 200 : 404, { 'content-type': types[extname(path)] ?? 'application/octet-stream' });
        response.end(body);
    });
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    const page = await open();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForSelector('input[type=file]', { state: 'attached' });
    const begun = Date.now();
    await page.setInputFiles('input[type=file]', profile);
    await page.waitForFunction(() => document.querySelectorAll('canvas').length > 1 && document.querySelectorAll('canvas')[0].width > 300, null, { timeout: patience });
    const time = (Date.now() - begun) / 1000;
    console.log(`speedscope, first view after the file was given: ${time.toFixed(2)} s`);
    await page.close();
    server.close();
    return time;
}

const [[first, flame], second] = [await ours(), await theirs()];
console.log(`speedscope took ${(second / first).toFixed(1)} times as long`);
await browser.close();
await compare(launch, modules, canvas, tree, flame);

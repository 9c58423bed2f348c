// The canvas of the console beside a library that draws with SVG (d3-flame-graph): the same trees, one browser, one after the other, drawing alone.
// Both draw on a page without anything else, 1,440 pixels wide, and move for as long when they zoom.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

const patience = 120_000;
const zoomTime = 180;
const turns = 7;

// What the browser runs. Times are from the call to the frame after the one that shows it, and of every frame from a click until 300 ms later.
const inPage = `
    const frame = () => new Promise(requestAnimationFrame);
    async function timed(act) {
        const begun = performance.now();
        act();
        await frame();
        await frame();
        return performance.now() - begun;
    }
    async function frames(act) {
        const all = [];
        const begun = performance.now();
        let last = begun;
        act();
        while (last - begun < 300) {
            await frame();
            const now = performance.now();
            all.push(now - last);
            last = now;
        }
        return all;
    }
    async function zooms(root, widest, go) {
        const all = [];
        for (let step = 0, node = root; step < 6; step++) {
            node = widest(widest(node) ?? node) ?? node;
            all.push(...await frames(() => go(node)));
            await new Promise(done => setTimeout(done, 300));
        }
        all.push(...await frames(() => go(root)));
        return all;
    }
    window.drawOurs = async ({ boxes, names }) => {
        const { create } = await import('/flame-graph.js');
        document.body.innerHTML = '<div><canvas></canvas></div><p data-idle=""></p>';
        const graph = create(document.querySelector('canvas'), document.querySelector('p'), document.createElement('button'), { invokeMethodAsync() {} });
        const fill = value => Array(value).fill('');
        const first = await timed(() => graph.show(new Uint8Array(boxes), { frames: names, packages: fill(names.length), matches: fill(names.length), values: fill(boxes.length / 64) },
            { icicle: false, dark: false, colour: 'package', searching: false }));
        const widest = box => { const child = graph.childOf(box); return child < 0 ? null : child; };
        const go = box => graph.zoom(graph.cell(box, 3), graph.cell(box, 3) + graph.cell(box, 4), () => { });
        return { first, frames: await zooms(0, widest, go) };
    };
    window.drawTheirs = async (root, least) => {
        document.body.innerHTML = '<div id="chart"></div>';
        const chart = flamegraph().width(1440).transitionDuration(${zoomTime}).minFrameSize(least).tooltip(false);
        const first = await timed(() => d3.select('#chart').datum(root).call(chart));
        const drawn = document.querySelectorAll('#chart g.frame').length;
        let top = d3.select('#chart g.frame').datum();
        while (top.parent) { top = top.parent; }
        const widest = node => node.children?.reduce((a, b) => b.value > a.value ? b : a);
        return { first, drawn, frames: await zooms(top, widest, node => chart.zoomTo(node)) };
    };
    window.visible = ({ boxes, names }) => {
        const cells = new Float64Array(new Uint8Array(boxes).buffer);
        const nodes = [];
        for (let i = 0; i < cells.length; i += 8) {
            const node = { name: cells[i + 5] >= 0 ? names[cells[i + 5]] : '…', value: cells[i + 4], children: [] };
            nodes.push(node);
            if (cells[i + 1] >= 0) { nodes[cells[i + 1]].children.push(node); }
        }
        return nodes[0];
    };
    window.whole = async () => {
        const [names, nodes] = [await (await fetch('/tree.names')).json(), new DataView(await (await fetch('/tree.nodes')).arrayBuffer())];
        const path = [];
        for (let at = 0; at < nodes.byteLength; at += 16) {
            const [depth, frame] = [nodes.getInt32(at, true), nodes.getInt32(at + 4, true)];
            const node = { name: frame < 0 ? 'all' : names[frame], value: nodes.getFloat64(at + 8, true), children: [] };
            path[depth] = node;
            if (depth > 0) { path[depth - 1].children.push(node); }
        }
        return { root: path[0], nodes: nodes.byteLength / 16 };
    };`;

function median(all) {
    return [...all].sort((a, b) => a - b)[all.length >> 1];
}

function summary(runs) {
    const failed = runs.find(run => !run || run.error);
    return failed !== undefined ? { error: failed?.error ?? `not within ${patience / 1000} s` } : {
        firsts: runs.map(run => run.first), drawn: runs[0].drawn,
        frames: runs.flatMap(run => run.frames), slowest: runs.map(run => Math.max(...run.frames)),
    };
}

// One field of a protobuf message, every time it is there.
function fields(message, wanted) {
    const found = [];
    let at = 0;
    const varint = () => {
        let value = 0n;
        for (let shift = 0n; ; shift += 7n) {
            const byte = message[at++];
            value |= BigInt(byte & 0x7f) << shift;
            if (byte < 0x80) { return Number(value); }
        }
    };
    while (at < message.length) {
        const tag = varint();
        const kind = tag & 7;
        const length = kind === 2 ? varint() : kind === 1 ? 8 : kind === 5 ? 4 : (varint(), 0);
        if (tag >> 3 === wanted && kind === 2) { found.push(message.subarray(at, at + length)); }
        at += length;
    }
    return found;
}

/** What the server sends for the capture that a page shows: the boxes, and the names of the frames. */
export async function sent(page, console_) {
    const id = Number(new URL(page.url()).pathname.split('/').at(-1));
    const answer = await page.request.post(`${console_}/fleetconsole.v1.Profiles/GetFlame`, {
        headers: { 'content-type': 'application/grpc-web', 'x-grpc-web': '1' }, data: Buffer.from([0, 0, 0, 0, 2, 8, id]),
    });
    const body = await answer.body();
    if (!answer.ok() || body.length < 100) { throw new Error(`GetFlame answered ${answer.status()} with ${body.length} bytes`); }
    const flame = fields(body.subarray(5, 5 + body.readUInt32BE(1)), 8)[0];
    return { boxes: [...fields(flame, 1)[0]], names: fields(flame, 2).map(frame => (fields(frame, 1)[0] ?? Buffer.alloc(0)).toString()) };
}

async function serve(modules, ours, tree) {
    const files = {
        '/flame-graph.js': ours, '/tree.names': `${tree}.names`, '/tree.nodes': `${tree}.nodes`,
        '/d3.js': join(modules, 'd3/dist/d3.min.js'), '/library.js': join(modules, 'd3-flame-graph/dist/d3-flamegraph.umd.min.js'),
    };
    const page = `<!doctype html><body style="margin:0"></body><script src="/d3.js"></script><script src="/library.js"></script>
        <script>if (typeof window.flamegraph !== 'function') { window.flamegraph = window.flamegraph.default ?? window.flamegraph.flamegraph; } ${inPage}</script>`;
    const server = createServer(async (request, response) => {
        const body = files[request.url] ? await readFile(files[request.url]) : page;
        response.writeHead(200, { 'content-type': extname(request.url) === '.js' ? 'text/javascript' : files[request.url] ? 'application/octet-stream' : 'text/html; charset=utf-8' });
        response.end(body);
    });
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    return server;
}

// A page that draws cannot be asked to stop, so its browser is closed when it takes too long.
async function within(launch, url, act) {
    const browser = await launch();
    let timer;
    try {
        const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
        await page.goto(url);
        const late = new Promise(resolve => { timer = setTimeout(() => resolve(null), patience); });
        return await Promise.race([act(page).catch(error => ({ error: error.message.split('\n')[0] })), late]);
    } finally {
        clearTimeout(timer);
        await Promise.race([browser.close(), new Promise(resolve => setTimeout(resolve, 5000))]);
    }
}

function tell(what, result) {
    if (result.error) {
        console.log(`${what}: ${result.error}`);
        return;
    }
    const range = all => all.length < 2 ? `${all[0].toFixed(1)} ms` : `${median(all).toFixed(1)} ms (${Math.min(...all).toFixed(1)} to ${Math.max(...all).toFixed(1)})`;
    console.log(`${what}: first draw ${range(result.firsts)}${result.drawn ? ` (${result.drawn} elements)` : ''}; `
        + `zooming ${result.frames.length} frames, median ${median(result.frames).toFixed(1)} ms, slowest ${range(result.slowest)}`);
}

/** Draws what the console's server sent, and the whole profile, with both. */
export async function compare(launch, modules, ours, tree, flame) {
    const server = await serve(modules, ours, tree);
    const url = `http://127.0.0.1:${server.address().port}/`;
    const count = flame.boxes.length / 64;
    // In turn, each time in a browser of its own, so that a machine that gets busier favours neither; one draw alone says little.
    const [own, other] = [[], []];
    for (let turn = 0; turn < turns; turn++) {
        own.push(await within(launch, url, page => page.evaluate(data => window.drawOurs(data), flame)));
        other.push(await within(launch, url, page => page.evaluate(data => window.drawTheirs(window.visible(data), 0), flame)));
    }
    const [canvas, library] = [summary(own), summary(other)];
    tell(`canvas, ${count} boxes as sent, ${turns} times`, canvas);
    tell(`d3-flame-graph, the same ${count} boxes, ${turns} times`, library);
    if (!canvas.error && !library.error) {
        const times = of => (median(library[of]) / median(canvas[of])).toFixed(1);
        console.log(`d3-flame-graph took, at the median, ${times('firsts')} times as long for the first draw and ${times('slowest')} times for its slowest frame`);
    }
    for (const least of [1, 0]) {
        tell(`d3-flame-graph, the whole profile, ${least ? 'nothing narrower than a pixel' : 'every node'}`, summary([await within(launch, url, page =>
            page.evaluate(async narrow => window.drawTheirs((await window.whole()).root, narrow), least))]));
    }
    server.close();
}

// Draws the boxes of a flame graph on a canvas and tells its component what was chosen. It knows boxes, names and texts, nothing of
// profiles: what is too narrow to be seen was never sent, so a frame is some thousand rectangles.

const columns = 8;
const [NODE, PARENT, DEPTH, START, WIDTH, FRAME, CHANGE] = [0, 1, 2, 3, 4, 5, 7];
const row = 19;
const zoomTime = 180;
const leastText = 34;
const font = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';

function hash(text) {
    let h = 2166136261;
    for (let i = 0; i < text.length; i++) {
        h = Math.imul(h ^ text.charCodeAt(i), 16777619);
    }
    return h >>> 0;
}

class FlameGraph {
    constructor(canvas, status, reset, owner) {
        this.canvas = canvas;
        this.status = status;
        this.reset = reset;
        this.owner = owner;
        this.count = 0;
        this.from = 0;
        this.to = 1;
        this.selected = -1;
        this.hovered = -1;
        this.listeners = new AbortController();
        const on = (type, act) => canvas.addEventListener(type, act, { signal: this.listeners.signal });
        on('mousemove', e => this.hover(this.at(e)));
        on('mouseleave', () => this.hover(-1));
        on('click', e => this.choose(this.at(e), e.shiftKey));
        on('keydown', e => this.key(e));
        reset.addEventListener('click', () => {
            this.zoomOut();
            canvas.focus();
        }, { signal: this.listeners.signal });
        this.resizing = new ResizeObserver(() => this.draw());
        this.resizing.observe(canvas.parentElement);
    }

    /**
     * @param {Uint8Array} boxes  see Flame.boxes in profiles.proto
     * @param {object} names      frames, packages, matches, values: one array each
     * @param {object} look       icicle, dark, colour ("package", "branch" or "change"), searching, keepsZoom
     */
    show(boxes, names, look) {
        this.cancel();
        // A view on the bytes needs them aligned, which a slice of WebAssembly's memory may not be.
        this.boxes = new Float64Array(boxes.slice().buffer);
        this.count = this.boxes.length / columns;
        Object.assign(this, names);
        this.look = look;
        this.from = 0;
        this.to = 1;
        this.reset.hidden = true;
        this.selected = -1;
        this.hovered = -1;
        this.levels = 0;
        this.largest = 1e-9;
        this.branch = new Array(this.count);
        for (let i = 0; i < this.count; i++) {
            this.levels = Math.max(this.levels, this.cell(i, DEPTH) + 1);
            this.largest = Math.max(this.largest, this.cell(i, DEPTH) > 0 ? Math.abs(this.cell(i, CHANGE)) : 0);
            const parent = this.cell(i, PARENT);
            this.branch[i] = this.cell(i, DEPTH) <= 1 ? this.name(i) : this.branch[parent];
        }
        this.draw();
    }

    cell(box, column) {
        return this.boxes[box * columns + column];
    }

    name(box) {
        const frame = this.cell(box, FRAME);
        return frame >= 0 ? this.frames[frame] : this.cell(box, NODE) < 0 ? '…' : 'all';
    }

    text(box) {
        return this.cell(box, NODE) < 0 ? `functions too narrow to be seen: ${this.values[box]}` : `${this.name(box)}: ${this.values[box]}`;
    }

    color(box) {
        const frame = this.cell(box, FRAME);
        const dark = this.look.dark;
        if (this.look.colour === 'change') {
            const change = this.cell(box, CHANGE) / this.largest;
            const strength = Math.sqrt(Math.min(1, Math.abs(change)));
            const grey = dark ? 34 : 88;
            const full = dark ? 46 : 62;
            const hue = change >= 0 ? 18 : 212;
            return `hsl(${hue} ${Math.round(strength * 75)}% ${Math.round(grey + (full - grey) * strength)}%)`;
        }
        if (frame < 0) {
            return dark ? 'hsl(220 10% 30%)' : 'hsl(220 12% 84%)';
        }
        const word = this.look.colour === 'branch' ? this.branch[box] : this.packages[frame] || this.frames[frame];
        const h = hash(word);
        return dark ? `hsl(${h % 360} 36% ${33 + (h >> 9) % 8}%)` : `hsl(${h % 360} 58% ${74 + (h >> 9) % 8}%)`;
    }

    draw() {
        if (!this.count || !this.canvas.parentElement) {
            return;
        }
        const width = this.canvas.parentElement.clientWidth;
        const height = this.levels * row + 1;
        const ratio = window.devicePixelRatio || 1;
        if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
            this.canvas.width = Math.round(width * ratio);
            this.canvas.height = Math.round(height * ratio);
            this.canvas.style.width = `${width}px`;
            this.canvas.style.height = `${height}px`;
        }
        this.paint(this.canvas.getContext('2d'), width, height, ratio);
    }

    paint(context, width, height, ratio) {
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        context.clearRect(0, 0, width, height);
        context.font = font;
        context.textBaseline = 'middle';
        const ink = this.look.dark ? '#f1f3f7' : '#1a1f29';
        for (const place of this.places(width)) {
            const frame = this.cell(place.box, FRAME);
            context.globalAlpha = this.look.searching && !(frame >= 0 && this.matches[frame]) ? 0.28 : 1;
            context.fillStyle = this.color(place.box);
            context.fillRect(place.x, place.y, Math.max(place.width - 1, 0.6), row - 1);
            if (place.width > leastText) {
                context.fillStyle = ink;
                context.fillText(this.fit(context, this.name(place.box), place.width - 8), place.x + 4, place.y + row / 2);
            }
        }
        context.globalAlpha = 1;
        for (const box of [this.hovered, this.selected]) {
            const place = box >= 0 && this.place(box, width);
            if (place) {
                context.strokeStyle = ink;
                context.lineWidth = box === this.selected ? 2 : 1;
                context.strokeRect(place.x + 0.5, place.y + 0.5, Math.max(place.width - 2, 1), row - 2);
            }
        }
    }

    * places(width) {
        for (let box = 0; box < this.count; box++) {
            const place = this.place(box, width);
            if (place) {
                yield place;
            }
        }
    }

    place(box, width) {
        const scale = width / (this.to - this.from);
        const start = (this.cell(box, START) - this.from) * scale;
        const end = start + this.cell(box, WIDTH) * scale;
        if (end < 0 || start > width || end - start < 0.3) {
            return null;
        }
        const x = Math.max(start, 0);
        const level = this.look.icicle ? this.cell(box, DEPTH) : this.levels - 1 - this.cell(box, DEPTH);
        return { box, x, y: level * row, width: Math.min(end, width) - x };
    }

    // Names are long and alike at their beginning, so the package's path goes first.
    fit(context, name, room) {
        if (context.measureText(name).width <= room) {
            return name;
        }
        const short = name.slice(name.lastIndexOf('/', name.includes('(') ? name.indexOf('(') : name.length) + 1);
        const each = context.measureText('n').width;
        const letters = Math.floor(room / each);
        return short.length <= letters ? short : letters < 3 ? '' : `${short.slice(0, letters - 1)}…`;
    }

    at(event) {
        const width = this.canvas.clientWidth;
        let level = Math.floor(event.offsetY / row);
        level = this.look?.icicle ? level : this.levels - 1 - level;
        const x = this.from + event.offsetX / width * (this.to - this.from);
        for (let box = 0; box < this.count; box++) {
            if (this.cell(box, DEPTH) === level && this.cell(box, START) <= x && x < this.cell(box, START) + this.cell(box, WIDTH)) {
                return box;
            }
        }
        return -1;
    }

    hover(box) {
        if (box === this.hovered) {
            return;
        }
        this.hovered = box;
        this.canvas.style.cursor = box >= 0 ? 'pointer' : '';
        this.tell(box >= 0 ? box : this.selected);
        this.draw();
    }

    tell(box) {
        this.status.textContent = box >= 0 ? this.text(box) : this.status.dataset.idle;
    }

    select(box) {
        if (box < 0 || box >= this.count) {
            return;
        }
        this.selected = box;
        this.tell(box);
        this.draw();
    }

    // What is too narrow to be seen is seen when its parent is wider.
    choose(box, cut) {
        if (box < 0) {
            return;
        }
        if (cut && this.cell(box, FRAME) >= 0) {
            this.owner.invokeMethodAsync('CutOutAsync', this.name(box));
            return;
        }
        const target = this.cell(box, NODE) < 0 ? this.cell(box, PARENT) : box;
        if (target <= 0) {
            if (target === 0) {
                this.up();
            }
            return;
        }
        this.zoom(this.cell(target, START), this.cell(target, START) + this.cell(target, WIDTH),
            () => this.look.keepsZoom || this.owner.invokeMethodAsync('FocusAsync', this.cell(target, NODE)));
    }

    // Where no other boxes come, what is at hand stays zoomed: up is then all of that first.
    up() {
        if (this.isZoomed) {
            this.zoomOut();
        } else {
            this.owner.invokeMethodAsync('UpAsync');
        }
    }

    get isZoomed() {
        return this.look.keepsZoom && (this.from > 0 || this.to < 1);
    }

    zoomOut() {
        this.zoom(0, 1, () => { });
    }

    // Moves with the boxes at hand; finer ones come from the server when it has arrived.
    zoom(from, to, arrived) {
        this.cancel();
        const [start, end, begun] = [this.from, this.to, performance.now()];
        const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
        const step = now => {
            const part = still ? 1 : Math.min(1, (now - begun) / zoomTime);
            const ease = 1 - (1 - part) ** 3;
            this.from = start + (from - start) * ease;
            this.to = part < 1 ? end + (to - end) * ease : to;
            this.draw();
            this.moving = part < 1 ? requestAnimationFrame(step) : 0;
            this.reset.hidden = !this.isZoomed;
            if (part >= 1) {
                arrived();
            }
        };
        this.moving = requestAnimationFrame(step);
    }

    cancel() {
        if (this.moving) {
            cancelAnimationFrame(this.moving);
            this.moving = 0;
        }
    }

    key(event) {
        const box = Math.max(this.selected, 0);
        const outward = this.look.icicle ? 'ArrowUp' : 'ArrowDown';
        const inward = this.look.icicle ? 'ArrowDown' : 'ArrowUp';
        const acts = {
            [outward]: () => this.select(this.cell(box, PARENT)),
            [inward]: () => this.select(this.selected < 0 ? 0 : this.childOf(box)),
            ArrowLeft: () => this.select(this.beside(box, -1)),
            ArrowRight: () => this.select(this.beside(box, 1)),
            Enter: () => this.choose(this.selected, false),
            c: () => this.choose(this.selected, true),
            Escape: () => this.up(),
        };
        if (acts[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) {
            event.preventDefault();
            acts[event.key]();
        }
    }

    childOf(box) {
        let widest = -1;
        for (let i = box + 1; i < this.count; i++) {
            if (this.cell(i, PARENT) === box && (widest < 0 || this.cell(i, WIDTH) > this.cell(widest, WIDTH))) {
                widest = i;
            }
        }
        return widest;
    }

    beside(box, step) {
        const next = box + step;
        return next >= 0 && next < this.count && this.cell(next, DEPTH) === this.cell(box, DEPTH) ? next : -1;
    }

    savePng(name) {
        this.canvas.toBlob(blob => this.save(blob, name), 'image/png');
    }

    saveSvg(name) {
        const width = 1400;
        const height = this.levels * row + 1;
        const context = document.createElement('canvas').getContext('2d');
        context.font = font;
        const svg = document.implementation.createDocument('http://www.w3.org/2000/svg', 'svg');
        const add = (parent, tag, attributes, text) => {
            const element = svg.createElementNS('http://www.w3.org/2000/svg', tag);
            Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
            element.textContent = text ?? '';
            parent.appendChild(element);
            return element;
        };
        const root = svg.documentElement;
        root.setAttribute('viewBox', `0 0 ${width} ${height}`);
        root.setAttribute('font-family', 'sans-serif');
        root.setAttribute('font-size', '12');
        for (const place of this.places(width)) {
            const group = add(root, 'g', {});
            add(group, 'title', {}, this.text(place.box));
            add(group, 'rect', { x: place.x.toFixed(2), y: place.y, width: Math.max(place.width - 1, 0.6).toFixed(2), height: row - 1, fill: this.color(place.box) });
            if (place.width > leastText) {
                add(group, 'text', { x: (place.x + 4).toFixed(2), y: place.y + 13, fill: this.look.dark ? '#f1f3f7' : '#1a1f29' },
                    this.fit(context, this.name(place.box), place.width - 8));
            }
        }
        this.save(new Blob([new XMLSerializer().serializeToString(svg)], { type: 'image/svg+xml' }), name);
    }

    save(blob, name) {
        const link = document.createElement('a');
        link.href = URL.createObjectURL(blob);
        link.download = name;
        link.click();
        URL.revokeObjectURL(link.href);
    }

    dispose() {
        this.cancel();
        this.listeners.abort();
        this.resizing.disconnect();
    }
}

export function create(canvas, status, reset, owner) {
    return new FlameGraph(canvas, status, reset, owner);
}

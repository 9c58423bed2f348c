// Sets x and y of every trace as Float64Array. Plotly.Blazor owns layout, configuration and events; this only carries
// the numbers, which as JSON would take seconds.

// Plotly draws a moment after Plotly.Blazor says so, the later the more charts a page has.
const patience = 5000;
const pause = 50;

async function drawn(id) {
    for (let waited = 0; waited < patience; waited += pause) {
        const chart = document.getElementById(id);
        if (chart && window.Plotly && chart.data && chart.layout) {
            return chart;
        }
        await new Promise(resolve => setTimeout(resolve, pause));
    }
    return null;
}

/**
 * @param {string} id       the chart's element
 * @param {Uint8Array} points  for each trace its x, then its y: little-endian float64
 * @param {number[]} lengths   points of each trace
 * @param {number[]} origins   subtracted from each trace's x
 * @param {number} scale       multiplies what is left of x
 */
export async function fill(id, points, lengths, origins, scale) {
    const chart = await drawn(id);
    if (!chart || chart.data.length !== lengths.length) {
        return false;
    }

    // A view on the bytes needs them aligned, which a slice of WebAssembly's memory may not be.
    const values = new Float64Array(points.slice().buffer);
    let at = 0;
    const data = chart.data.map((trace, i) => {
        const n = lengths[i];
        const x = values.slice(at, at + n);
        const y = values.slice(at + n, at + 2 * n);
        at += 2 * n;
        for (let k = 0; k < n; k++) {
            x[k] = (x[k] - origins[i]) * scale;
        }
        return { ...trace, x, y };
    });
    window.Plotly.react(chart, data, chart.layout);
    return true;
}

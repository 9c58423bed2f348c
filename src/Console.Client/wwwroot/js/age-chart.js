// Sets x and y of every trace as Float64Array. Plotly.Blazor owns layout, configuration and events; this only carries
// the numbers, which as JSON would take seconds.

/**
 * @param {string} id       the chart's element
 * @param {Uint8Array} points  for each trace its x, then its y: little-endian float64
 * @param {number[]} lengths   points of each trace
 * @param {number[]} origins   subtracted from each trace's x
 * @param {number} scale       multiplies what is left of x
 */
export function fill(id, points, lengths, origins, scale) {
    const chart = document.getElementById(id);
    if (!chart || !window.Plotly || !chart.data) {
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

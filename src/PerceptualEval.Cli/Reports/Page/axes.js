// Scales and round numbers for axes.

function ticks(low, high, wanted) {
    const raw = (high - low) / Math.max(1, wanted);
    const magnitude = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map(factor => factor * magnitude).find(candidate => candidate >= raw) ?? raw;
    const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    const values = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
        values.push(i * step + 0); // never −0
    }
    return values.map(value => ({ value, label: tickLabel(value, decimals) }));
}

function tickLabel(value, decimals) {
    const text = decimals > 5 || Math.abs(value) >= 1e6 ? value.toExponential(1) : value.toFixed(decimals);
    return (Number(text) === 0 ? "0" : text).replace("-", "−");
}

function scale(low, high, from, to) {
    const factor = (to - from) / (high - low || 1);
    const map = value => from + (value - low) * factor;
    map.invert = at => low + (at - from) / factor;
    return map;
}

// A little room around the values; one value alone gets a range of its own.
function range(values, includeZero = false) {
    let [low, high] = includeZero ? [0, 0] : [Infinity, -Infinity];
    for (const value of values) {
        if (value !== null) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
    }
    if (low > high) {
        return null;
    }
    const room = (high - low) * 0.04 || Math.abs(high) * 0.1 || 1;
    return [low >= 0 && low - room < 0 ? 0 : low - room, high + room];
}

// Scales and round numbers for axes.

function ticks(low, high, wanted) {
    const raw = (high - low) / Math.max(1, wanted);
    const magnitude = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map(factor => factor * magnitude).find(candidate => candidate >= raw) ?? raw;
    const values = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
        values.push(i * step + 0); // never −0
    }
    return values.map(value => ({ value, label: tickLabel(value, step) }));
}

// As many digits as tell a tick from its neighbours.
function tickLabel(value, step) {
    if (value === 0) {
        return "0";
    }
    const [power, least] = [Math.abs(value), step].map(number => Math.floor(Math.log10(number) + 1e-9));
    return least < -5 || power > 5 ? minus(value.toExponential(Math.max(0, power - least))) : fixed(value, Math.max(0, -least));
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

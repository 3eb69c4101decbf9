// Numbers as people read them; four digits as on the command line, fewer where there is little room.

const none = "–";

const minus = text => text.replaceAll("-", "−");

// Never "−0.00".
const fixed = (value, decimals) => minus((Math.round(value * 10 ** decimals) === 0 ? 0 : value).toFixed(decimals));

const fourDigits = value => digits(value, 4);

function digits(value, wanted) {
    if (value === null || value === undefined) {
        return none;
    }
    if (value === 0) {
        return "0";
    }
    const rounded = value.toExponential(wanted - 1);
    const power = Number(rounded.slice(rounded.indexOf("e") + 1));
    const text = power < -5 || power > 6 ? rounded : value.toFixed(Math.max(0, wanted - 1 - power));
    return minus(text);
}

const signed = value => (value > 0 ? "+" : "") + fourDigits(value);

const count = value => value.toLocaleString("en");

const percent = share => share === null ? none : `${(100 * share).toFixed(share > 0.001 && share < 0.999 ? 1 : 0)} %`;

function pValue(p) {
    return p === null ? none : p < 0.001 ? "< 0.001" : p.toFixed(3);
}

const plural = (number, one, many) => `${count(number)} ${number === 1 ? one : many}`;

/* Operational transformation of text; ../ot.h says what an operation is. Pure functions, also for Node. */

/* Characters as the server counts them: a text's own length counts UTF-16 units. */
export const characters = (text) => Array.from(text);
export const lengthOf = (text) => {
    let count = 0;
    for (const _ of text) {
        count++;
    }
    return count;
};

/* Between positions in a text as the browser counts them and those of operations. */
export const toCharacters = (text, units) => lengthOf(text.slice(0, units));
export const toUnits = (text, count) => characters(text).slice(0, count).join("").length;

function add(op, part)
{
    const last = op[op.length - 1];
    const isText = typeof part === "string";
    if (isText ? part === "" : part === 0) {
        return;
    }
    if (isText ? typeof last === "string" : typeof last === "number" && last > 0 === part > 0) {
        op[op.length - 1] += part;
    } else {
        op.push(part);
    }
}

/* Walks over an operation in steps of any size. */
class Walk {
    constructor(op)
    {
        this.parts = op.map((part) => typeof part === "string" ? characters(part) : part);
        this.index = 0;
    }

    get part()
    {
        return this.parts[this.index];
    }

    get kind()
    {
        const part = this.part;
        return part === undefined ? "end" : Array.isArray(part) ? "insert" : part > 0 ? "keep" : "delete";
    }

    get left()
    {
        return Array.isArray(this.part) ? this.part.length : Math.abs(this.part ?? 0);
    }

    /* The text, when it is one. */
    take(count)
    {
        const part = this.part;
        const isText = Array.isArray(part);
        const taken = isText ? part.slice(0, count).join("") : "";
        if (count === this.left) {
            this.index++;
        } else {
            this.parts[this.index] = isText ? part.slice(count) : part - Math.sign(part) * count;
        }
        return taken;
    }
}

export function apply(text, op)
{
    const from = characters(text);
    let at = 0;
    let result = "";
    for (const part of op) {
        if (typeof part === "string") {
            result += part;
        } else {
            result += part > 0 ? from.slice(at, at + part).join("") : "";
            at += Math.abs(part);
        }
    }
    if (at !== from.length) {
        throw new RangeError(`an operation on ${at} characters, but there are ${from.length}`);
    }
    return result;
}

/* What op becomes when `done` was applied before it. opFirst: where both insert at one place, op's text comes first. */
export function transform(op, done, opFirst)
{
    const a = new Walk(op);
    const b = new Walk(done);
    const result = [];
    while (a.kind !== "end" || b.kind !== "end") {
        if (a.kind === "insert" && (opFirst || b.kind !== "insert")) {
            add(result, a.take(a.left));
        } else if (b.kind === "insert") {
            add(result, b.left);
            b.take(b.left);
        } else {
            transformCounts(result, a, b);
        }
    }
    return result;
}

function transformCounts(result, a, b)
{
    const count = Math.min(a.left, b.left);
    if (count === 0) {
        throw new RangeError("operations on texts of different lengths");
    }
    if (b.kind === "keep") {
        add(result, a.kind === "keep" ? count : -count);
    }
    a.take(count);
    b.take(count);
}

/* One operation that does what the two do, one after the other. */
export function compose(first, second)
{
    const a = new Walk(first);
    const b = new Walk(second);
    const result = [];
    while (a.kind !== "end" || b.kind !== "end") {
        if (a.kind === "delete") {
            add(result, -a.left);
            a.take(a.left);
        } else if (b.kind === "insert") {
            add(result, b.take(b.left));
        } else {
            composeCounts(result, a, b);
        }
    }
    return result;
}

/* The first keeps or has inserted what the second keeps or deletes. */
function composeCounts(result, a, b)
{
    const count = Math.min(a.left, b.left);
    if (count === 0) {
        throw new RangeError("the second operation is not on the first one's result");
    }
    const inserted = a.kind === "insert";
    const text = a.take(count);
    if (b.kind === "keep") {
        add(result, inserted ? text : count);
    } else if (!inserted) {
        add(result, -count);
    }
    b.take(count);
}

/* Where a position is after the operation; what is inserted right there comes before it, unless it is to stay. */
export function transformIndex(index, op, stays = false)
{
    let passed = 0;
    let result = index;
    for (const part of op) {
        if (passed > index || (stays && passed === index && typeof part === "string")) {
            break;
        }
        if (typeof part === "string") {
            result += lengthOf(part);
        } else {
            result -= part < 0 ? Math.min(-part, index - passed) : 0;
            passed += Math.abs(part);
        }
    }
    return result;
}

/* One replacement that makes one text of another. caret: where it ended, in characters of the new text, which tells where in a
 * run of equal characters one of them was typed. null: they are equal. */
export function difference(before, after, caret = Infinity)
{
    const a = characters(before);
    const b = characters(after);
    const shortest = Math.min(a.length, b.length);
    let end = 0;
    while (end < Math.min(shortest, b.length - Math.min(caret, b.length)) && a[a.length - 1 - end] === b[b.length - 1 - end]) {
        end++;
    }
    let start = 0;
    while (start < shortest - end && a[start] === b[start]) {
        start++;
    }
    while (end < shortest - start && a[a.length - 1 - end] === b[b.length - 1 - end]) {
        end++;
    }
    if (before === after) {
        return null;
    }
    const op = [];
    add(op, start);
    add(op, b.slice(start, b.length - end).join(""));
    add(op, -(a.length - start - end));
    add(op, end);
    return op;
}

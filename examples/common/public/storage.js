/* What a browser keeps for a page, which may be switched off: then nothing is kept. */

/* A token or a key nobody guesses. crypto.randomUUID exists on secure origins only; pages in a local network are plain http. */
export const randomKey = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

export const quietly = (action) => {
    try {
        return action();
    } catch {
        return null;
    }
};

/* What was kept under that key, or null. where: () => sessionStorage (this tab) or () => localStorage (this browser) */
export const kept = (where, key) => quietly(() => JSON.parse(where().getItem(key)));

export const keep = (where, key, value) => quietly(() => where().setItem(key, JSON.stringify(value)));

/* SHA-256, piece by piece: crypto.subtle takes whole files only, and exists on secure origins only. */

const K = Uint32Array.of(
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2);

export class Sha256 {
    #state = Int32Array.of(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19);
    #block = new Uint8Array(64);
    #words = new Int32Array(64);
    length = 0; /* bytes so far */

    add(bytes)
    {
        let at = 0;
        let filled = this.length % 64;
        this.length += bytes.length;
        while (at < bytes.length) {
            if (filled === 0 && bytes.length - at >= 64) {
                this.#absorb(bytes, at);
                at += 64;
                continue;
            }
            const more = Math.min(64 - filled, bytes.length - at);
            this.#block.set(bytes.subarray(at, at + more), filled);
            at += more;
            filled = (filled + more) % 64;
            if (filled === 0) {
                this.#absorb(this.#block, 0);
            }
        }
    }

    #absorb(bytes, at)
    {
        const w = this.#words;
        const s = this.#state;
        for (let t = 0; t < 16; t++, at += 4) {
            w[t] = bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
        }
        for (let t = 16; t < 64; t++) {
            const x = w[t - 15];
            const y = w[t - 2];
            w[t] = w[t - 16] + w[t - 7] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3) +
                ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10);
        }
        let [a, b, c, d, e, f, g, h] = s;
        for (let t = 0; t < 64; t++) {
            const first = (h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + ((e & f) ^ (~e & g)) + K[t] + w[t]) | 0;
            const second = (((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
            h = g;
            g = f;
            f = e;
            e = (d + first) | 0;
            d = c;
            c = b;
            b = a;
            a = (first + second) | 0;
        }
        [a, b, c, d, e, f, g, h].forEach((word, i) => (s[i] += word));
    }

    /* The digest in hexadecimal; nothing can be added afterwards. */
    end()
    {
        const bits = this.length * 8;
        const padding = new Uint8Array(1 + (64 + 55 - this.length % 64) % 64 + 8);
        const view = new DataView(padding.buffer);
        padding[0] = 0x80;
        view.setUint32(padding.length - 8, Math.floor(bits / 2 ** 32));
        view.setUint32(padding.length - 4, bits % 2 ** 32);
        this.add(padding);
        return Array.from(this.#state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
    }
}

/* The samples of the last minute, and what follows from them. Bounded; no DOM, no network. */

export const WINDOW_MS = 60000;
const RATE_MS = 1000; /* a rate is that of the last second: samples alone would make it jump */
const TRIPS = 4000;

export class Series {
    /* fields: the server's [[name, "now" or "sum"], ...] */
    reset({ fields, history })
    {
        this.fields = fields.map(([name, kind]) => ({ name, kind }));
        this.index = new Map(fields.map(([name], i) => [name, i + 1])); /* at 0 is the time */
        this.samples = history;
        this.trips = [];
    }

    addSample(sample)
    {
        this.samples.push(sample);
        const oldest = sample[0] - WINDOW_MS - 2 * RATE_MS;
        while (this.samples[0][0] < oldest) {
            this.samples.shift();
        }
    }

    /* A round trip: when it was told, and how many milliseconds it took. */
    addTrip(at, ms)
    {
        this.trips.push([at, ms]);
        if (this.trips.length > TRIPS) {
            this.trips.splice(0, TRIPS / 4);
        }
    }

    /* When the newest sample was taken, by the server's clock. */
    get now()
    {
        return this.samples.at(-1)?.[0] ?? 0;
    }

    latest(name)
    {
        return this.samples.at(-1)?.[this.index.get(name)] ?? 0;
    }

    /* [[time, value], ...] of something that is now so many. */
    values(name)
    {
        const column = this.index.get(name);
        return this.samples.map((sample) => [sample[0], sample[column]]);
    }

    /* [[time, per second], ...] of something that is counted. */
    rates(name)
    {
        const column = this.index.get(name);
        const points = [];
        let before = 0;
        for (let i = 1; i < this.samples.length; i++) {
            while (before < i - 1 && this.samples[i][0] - this.samples[before + 1][0] >= RATE_MS) {
                before++;
            }
            const [sample, base] = [this.samples[i], this.samples[before]];
            const ms = sample[0] - base[0];
            if (ms > 0) {
                points.push([sample[0], Math.max(0, (sample[column] - base[column]) * 1000 / ms)]);
            }
        }
        return points;
    }

    rate(name)
    {
        const column = this.index.get(name);
        const sample = this.samples.at(-1);
        const base = this.samples.findLast((each) => sample[0] - each[0] >= RATE_MS) ?? this.samples[0];
        return sample && sample[0] > base[0] ? Math.max(0, (sample[column] - base[column]) * 1000 / (sample[0] - base[0])) : 0;
    }

    /* The given quantile of the round trips of the last ten seconds, or null. */
    trip(quantile)
    {
        const recent = this.trips.filter(([at]) => at > this.now - 10000).map(([, ms]) => ms).sort((a, b) => a - b);
        return recent.length > 0 ? recent[Math.min(recent.length - 1, Math.floor(recent.length * quantile))] : null;
    }
}

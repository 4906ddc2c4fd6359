/* The dashboard: watches the server, pauses when nobody looks, keeps the last minute. The events are listed in ../README.md. */

import { ask, connect } from "/common/connection.js";
import { announce, byId, bytes, plural, replaceText } from "/common/dom.js";
import { keep, kept } from "/common/storage.js";
import { Board, short } from "./chart.js";
import { Load } from "./load.js";
import * as panels from "./panels.js";
import { Series } from "./series.js";

const TOKEN_KEY = "dashboard.token";
const RETRY_MS = 1000;

const series = new Series();
const board = new Board("charts", () => series.now);
const load = new Load(showLoad);
let socket = null;
let watching = false;
let paused = false; /* by the button */
let number = 0;     /* of the newest batch */
let missed = 0;

/* ---- Watching ---- */

async function watch()
{
    if (!socket.connected || document.hidden || paused) {
        return;
    }
    try {
        const answer = await ask(socket, "watch");
        series.reset(answer);
        number = answer.number;
        watching = true;
        byId("dashboard").hidden = false;
        byId("door").hidden = true;
        showState();
        show();
    } catch {
        setTimeout(watch, RETRY_MS);
    }
}

function stopWatching()
{
    watching = false;
    showState();
    if (socket.connected) {
        socket.emit("pause", () => {});
    }
}

const watchOrNot = () => document.hidden || paused ? stopWatching() : watch();

/* Items are ["sample", [time, values...]] or [kind, time, argument]. */
function onBatch(batch)
{
    if (!watching) {
        return;
    }
    if (socket.io.engine.transport.name === "websocket") { /* between two polls nothing volatile is sent */
        missed += batch.number - number - 1;
    }
    number = batch.number;
    const activity = [];
    for (const item of batch.items) {
        if (item[0] === "sample") {
            series.addSample(item[1]);
        } else if (item[0] === "trip") {
            series.addTrip(item[1], item[2]);
        } else {
            activity.push(item);
        }
    }
    panels.addActivity(activity);
    show();
}

function show()
{
    panels.render(series);
    replaceText(byId("missed"), missed > 0 ? `${plural(missed, "batch", "batches")} left out while the connection was busy.` : "");
    board.redraw();
}

function showState()
{
    byId("pause").ariaPressed = String(paused);
    replaceText(byId("pause"), paused ? "Resume" : "Pause");
    byId("charts").classList.toggle("stale", !watching);
    announce(paused ? "Paused" : "");
}

/* ---- Load ---- */

function showLoad()
{
    byId("load-toggle").ariaPressed = String(load.running);
    replaceText(byId("load-toggle"), load.running ? "Stop the load" : "Start the load");
    replaceText(byId("load-state"), load.running ? `${plural(load.connected, "client", "clients")} connected.` : "");
    replaceText(byId("load-error"), load.error && load.running ? `Some were refused: ${load.error}.` : "");
}

function toggleLoad(event)
{
    event.preventDefault();
    if (load.running) {
        load.stop();
    } else {
        load.start(Number(byId("load-clients").value), Number(byId("load-rate").value), auth());
    }
    showLoad();
}

function showLoadSettings()
{
    const [clients, perSecond] = [Number(byId("load-clients").value), Number(byId("load-rate").value)];
    replaceText(byId("load-clients-value"), String(clients));
    replaceText(byId("load-rate-value"), `${perSecond}/s`);
    if (load.running) {
        load.perSecond = perSecond;
    }
}

/* ---- The door, when the server wants a token ---- */

const auth = () => ({ token: kept(() => sessionStorage, TOKEN_KEY) ?? "" });

function onConnectError(error)
{
    if (error.message !== "not authorized") {
        return;
    }
    const tried = auth().token !== "";
    keep(() => sessionStorage, TOKEN_KEY, "");
    byId("banner").hidden = true;
    byId("dashboard").hidden = true;
    byId("door").hidden = false;
    replaceText(byId("token-error"), tried ? "That is not the token." : "");
    byId("token").focus();
}

function onToken(event)
{
    event.preventDefault();
    keep(() => sessionStorage, TOKEN_KEY, byId("token").value);
    byId("token").value = "";
    socket.disconnect().connect();
}

/* ---- Start ---- */

function addCharts()
{
    const perSecond = (value) => short(value);
    const traffic = (value) => bytes(value);
    board.add({ title: "Messages/s", format: perSecond, lines: [
        { label: "in", color: "--one", points: () => series.rates("packets_in") },
        { label: "out", color: "--two", points: () => series.rates("packets_out") },
    ] });
    board.add({ title: "Bytes/s", format: traffic, least: 1000, lines: [
        { label: "in", color: "--one", points: () => series.rates("bytes_in") },
        { label: "out", color: "--two", points: () => series.rates("bytes_out") },
    ] });
    board.add({ title: "Clients", format: short, least: 4, lines: [
        { label: "all", color: "--one", points: () => series.values("sessions") },
        { label: "on long-polling", color: "--three", points: () => series.values("sessions_polling") },
    ] });
    const quantile = (q) => () => series.trip(q) === null ? "–" : `${series.trip(q).toFixed(1)} ms`;
    board.add({ title: "Round trips in ms", format: short, dots: true, least: 4, lines: [
        { label: "95 % within", color: "--two", points: () => series.trips, summary: quantile(0.95) },
    ] });
    board.add({ title: "Queued for clients", format: traffic, least: 1000, lines: [
        { label: "in all outboxes", color: "--three", points: () => series.values("queued_bytes") },
    ] });
    board.add({ title: "Loop lag in ms", format: short, least: 4, lines: [
        { label: "newest timer", color: "--one", points: () => series.values("loop_lag_ms") },
    ] });
}

function start()
{
    socket = connect({ auth: (answer) => answer(auth()) });
    if (!socket) {
        return;
    }
    panels.init();
    addCharts();
    socket.on("connect", watch);
    socket.on("disconnect", () => {
        watching = false;
        showState();
    });
    socket.on("connect_error", onConnectError);
    socket.on("batch", onBatch);
    document.addEventListener("visibilitychange", watchOrNot);
    byId("pause").addEventListener("click", () => {
        paused = !paused;
        watchOrNot();
    });
    byId("counters").addEventListener("toggle", show);
    byId("load-form").addEventListener("submit", toggleLoad);
    byId("load-form").addEventListener("input", showLoadSettings);
    byId("door-form").addEventListener("submit", onToken);
    showLoadSettings();
    showState();
}

start();

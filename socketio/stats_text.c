/* Statistics in Prometheus' text exposition format. */
#include "socketio/socket.h"

#include <stdio.h>
#include <string.h>

/* Lines of one name stand together; the first of them says what it is. */
typedef struct row {
    const char *name;
    const char *help;  /* NULL: as the row before */
    const char *label; /* or NULL */
    size_t offset;
} row_t;

#define AT(field) offsetof(sio_stats_t, field)

static const row_t gauges[] = {
    {"connections", "TCP connections open", NULL, AT(connections)},
    {"requests", "HTTP requests without an answer yet", NULL, AT(requests)},
    {"sessions", "Engine.IO sessions open", NULL, AT(sessions)},
    {"sessions_polling", "Sessions carried by long-polling", NULL, AT(sessions_polling)},
    {"sockets", "Sockets connected", NULL, AT(sockets)},
    {"sockets_allocated", "Sockets in memory", NULL, AT(sockets_allocated)},
    {"namespaces", "Namespaces", NULL, AT(namespaces)},
    {"rooms", "Rooms with at least one socket", NULL, AT(rooms)},
    {"acks_pending", "Acknowledgements waited for", NULL, AT(acks_pending)},
    {"operations", "Questions to many that wait for answers", NULL, AT(operations)},
    {"queued_bytes", "Bytes in all outboxes", NULL, AT(queued_bytes)},
    {"posted_bytes", "Bytes from other threads that wait for the loop", NULL, AT(posted_bytes)},
    {"outbox_peak_bytes", "The most that one client has had queued", NULL, AT(outbox_peak)},
    {"recovery_sessions", "Clients that may come back", NULL, AT(recovery_sessions)},
    {"recovery_packets", "Packets kept for them", NULL, AT(recovery_packets)},
    {"recovery_bytes", "Bytes these take", NULL, AT(recovery_bytes)},
    {"loop_lag_milliseconds", "How late the newest timer was", NULL, AT(loop_lag_ms)},
    {"loop_lag_max_milliseconds", "How late a timer was at worst", NULL, AT(loop_lag_max_ms)},
    {"ws_endpoints", "Paths that plain WebSockets connect to", NULL, AT(ws_endpoints)},
    {"ws_connections", "Plain WebSockets open", NULL, AT(ws_connections)},
};

static const row_t counters[] = {
    {"packets", "Engine.IO packets", "direction=\"in\"", AT(packets_in)},
    {"packets", NULL, "direction=\"out\"", AT(packets_out)},
    {"bytes", "Bytes at the TCP level", "direction=\"in\"", AT(bytes_in)},
    {"bytes", NULL, "direction=\"out\"", AT(bytes_out)},
    {"handshakes", "Sessions opened, requests refused", "result=\"ok\"", AT(handshakes)},
    {"handshakes", NULL, "result=\"refused\"", AT(handshakes_refused)},
    {"upgrades", "Sessions that went from long-polling to WebSocket", NULL, AT(upgrades)},
    {"events_in", "Events received", NULL, AT(events_in)},
    {"broadcasts", "Emits to many", NULL, AT(broadcasts)},
    {"deliveries", "Packets that these became", NULL, AT(deliveries)},
    {"acks", "Acknowledgements", "result=\"received\"", AT(acks_in)},
    {"acks", NULL, "result=\"late\"", AT(acks_late)},
    {"acks", NULL, "result=\"timed out\"", AT(acks_timed_out)},
    {"dropped_packets", "Packets not sent", "cause=\"volatile\"", AT(volatile_dropped)},
    {"dropped_packets", NULL, "cause=\"backpressure\"", AT(backpressure_refused)},
    {"ended", "Clients closed", "cause=\"stalled\"", AT(stalled)},
    {"ended", NULL, "cause=\"parse error\"", AT(parse_errors)},
    {"ended", NULL, "cause=\"packets_per_second\"", AT(limited_packets)},
    {"ended", NULL, "cause=\"bytes_per_second\"", AT(limited_bytes)},
    {"oversize", "Messages over max_http_buffer_size", NULL, AT(oversize)},
    {"deadlines_passed", "Sockets whose deadline has passed", NULL, AT(deadlines_passed)},
    {"limited", "Refusals over a limit", "what=\"connections\"", AT(limited_connections)},
    {"limited", NULL, "what=\"handshakes\"", AT(limited_handshakes)},
    {"limited", NULL, "what=\"namespaces\"", AT(limited_namespaces)},
    {"limited", NULL, "what=\"rooms\"", AT(limited_rooms)},
    {"ws_handshakes", "Plain WebSockets accepted, refused", "result=\"ok\"", AT(ws_accepted)},
    {"ws_handshakes", NULL, "result=\"refused\"", AT(ws_refused)},
    {"ws_limited", "Plain WebSockets closed over a limit", NULL, AT(ws_limited)},
    {"ws_messages", "Messages of plain WebSockets", "direction=\"in\"", AT(ws_messages_in)},
    {"ws_messages", NULL, "direction=\"out\"", AT(ws_messages_out)},
};

/* What fits of it, and its length. */
typedef struct out {
    char *text;
    size_t size, len;
} out_t;

static void put(out_t *out, const char *text)
{
    for (; *text; text++, out->len++)
        if (out->len + 1 < out->size)
            out->text[out->len] = *text;
}

static void put_number(out_t *out, uint64_t number)
{
    char text[24];

    snprintf(text, sizeof(text), " %llu\n", (unsigned long long)number);
    put(out, text);
}

static void put_help(out_t *out, const char *name, const char *suffix, const char *help)
{
    const char *type = *suffix ? "counter" : "gauge";
    char line[256];

    snprintf(line, sizeof(line), "# HELP socketio_%s%s %s\n# TYPE socketio_%s%s %s\n", name, suffix,
             help, name, suffix, type);
    put(out, line);
}

static void put_value(out_t *out, const char *name, const char *suffix, const char *label,
                      uint64_t number)
{
    put(out, "socketio_");
    put(out, name);
    put(out, suffix);
    if (label) {
        put(out, "{");
        put(out, label);
        put(out, "}");
    }
    put_number(out, number);
}

static void put_rows(out_t *out, const sio_stats_t *stats, const row_t *rows, size_t count,
                     const char *suffix)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t number;

        if (rows[i].help)
            put_help(out, rows[i].name, suffix, rows[i].help);
        memcpy(&number, (const char *)stats + rows[i].offset, sizeof(number));
        put_value(out, rows[i].name, suffix, rows[i].label, number);
    }
}

static void put_reasons(out_t *out, const char *name, const char *help,
                        const uint64_t numbers[SIO_REASONS])
{
    char label[64];

    put_help(out, name, "_total", help);
    for (int reason = 1; reason < SIO_REASONS; reason++) {
        snprintf(label, sizeof(label), "reason=\"%s\"", sio__reason_text((enum sio_reason)reason));
        put_value(out, name, "_total", label, numbers[reason]);
    }
}

static void put_refused(out_t *out, const uint64_t *numbers)
{
    char label[64];

    put_help(out, "refused", "_total", "Requests refused");
    for (int code = 0; code < EIO_ERRORS; code++) {
        snprintf(label, sizeof(label), "error=\"%s\"", eio_error_message((eio_error_t)code));
        put_value(out, "refused", "_total", label, numbers[code]);
    }
}

size_t sio_stats_text(const sio_stats_t *stats, char *text, size_t size)
{
    out_t out = {text, size, 0};
    sio_stats_t known = {.size = 0};

    memcpy(&known, stats, stats->size < sizeof(known) ? stats->size : sizeof(known));
    put_rows(&out, &known, gauges, sizeof(gauges) / sizeof(gauges[0]), "");
    put_rows(&out, &known, counters, sizeof(counters) / sizeof(counters[0]), "_total");
    put_reasons(&out, "disconnects", "Sockets disconnected", known.disconnects);
    put_reasons(&out, "closed", "Sessions closed", known.closed);
    put_refused(&out, known.refused);
    if (size)
        text[out.len < size ? out.len : size - 1] = '\0';
    return out.len;
}

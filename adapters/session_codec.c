#include "adapters/session_codec.h"

#include "base/alloc.h"
#include "base/args.h"
#include "base/base64.h"
#include "base/error.h"
#include "base/json_scan.h"
#include "base/msgpack.h"

#include <string.h>

static void put_text(sio__buf_t *json, const char *before, const char *text)
{
    sio__buf_append_str(json, before);
    sio__json_append_string(json, text, strlen(text));
}

static int put_session(sio__buf_t *json, const sio__session_t *session)
{
    const char *before = "";
    int error = SIO__OK;

    put_text(json, "{\"sid\":", session->sid);
    put_text(json, ",\"pid\":", session->pid);
    sio__buf_append_str(json, ",\"rooms\":[");
    for (const char *const *room = session->rooms; *room; room++, before = ",")
        put_text(json, before, *room);
    sio__buf_append_str(json, "],\"data\":");
    if (session->data)
        error = sio__json_append_jansson(json, session->data);
    else
        sio__buf_append_str(json, "{}");
    if (session->start && *session->start)
        put_text(json, ",\"start\":", session->start);
    sio__buf_append_char(json, '}');
    return error ? error : json->failed ? SIO__ENOMEM : SIO__OK;
}

static int put_base64(sio__buf_t *out, const sio__buf_t *bytes)
{
    if (!sio__buf_reserve(out, SIO__BASE64_ENCODED_LEN(bytes->len)))
        return SIO__ENOMEM;
    out->len += sio__base64_encode(bytes->data, bytes->len, out->data + out->len);
    return SIO__OK;
}

int sio__session_encode(const sio__session_t *session, sio__buf_t *out)
{
    sio__buf_t json = SIO__BUF_INIT, bytes = SIO__BUF_INIT;
    int error = put_session(&json, session);

    if (!error)
        error = sio__msgpack_from_json((sio__span_t){json.data, json.len},
                                       (sio__attachments_t){NULL, 0}, &bytes);
    if (!error)
        error = put_base64(out, &bytes);
    sio__buf_free(&json);
    sio__buf_free(&bytes);
    return error;
}

/* ---------------------------------------------------------------------------------- decoding */

static json_t *parse(sio__span_t text, unsigned max_depth)
{
    char *bytes = sio__malloc(text.len / 4 * 3 + 3);
    json_t *json = NULL;
    const char *error;
    sio__args_t args;

    if (!bytes)
        return NULL;
    sio__args_init(&args);
    if (sio__msgpack_to_json((sio__span_t){bytes, sio__base64_decode(text.data, text.len, bytes)},
                             SIO__NOTEPACK_3, max_depth, &args, &error) == 0 &&
        args.json.len)
        json = json_loadb(args.json.data, args.json.len, JSON_ALLOW_NUL, NULL);
    if (!json && args.json.len)
        json = json_loadb(args.json.data, args.json.len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL,
                          NULL);
    sio__args_free(&args);
    sio__free(bytes);
    return json;
}

static bool read_rooms(const json_t *array, sio__saved_session_t *saved)
{
    size_t index, count = json_array_size(array), used = 0;
    json_t *room;

    if (!json_is_array(array))
        return false;
    saved->rooms = sio__calloc(count + 1, sizeof(*saved->rooms));
    if (!saved->rooms)
        return false;
    json_array_foreach(array, index, room)
    {
        const char *name = json_string_value(room);

        if (name && strlen(name) == json_string_length(room))
            saved->rooms[used++] = name;
    }
    saved->session.rooms = saved->rooms;
    return true;
}

bool sio__session_decode(sio__span_t text, unsigned max_depth, sio__saved_session_t *saved)
{
    sio__session_t *session = &saved->session;

    memset(saved, 0, sizeof(*saved));
    saved->json = parse(text, max_depth);
    session->sid = json_string_value(json_object_get(saved->json, "sid"));
    session->pid = json_string_value(json_object_get(saved->json, "pid"));
    session->start = json_string_value(json_object_get(saved->json, "start"));
    session->data = json_object_get(saved->json, "data");
    if (!session->start)
        session->start = "";
    if (session->sid && session->pid && read_rooms(json_object_get(saved->json, "rooms"), saved))
        return true;
    sio__session_free(saved);
    return false;
}

void sio__session_free(sio__saved_session_t *saved)
{
    json_decref(saved->json);
    sio__free(saved->rooms);
    memset(saved, 0, sizeof(*saved));
}

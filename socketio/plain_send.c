/* What the program sends to plain WebSockets: to one straight into its outbox, to many as an event
 * of the namespace, which adapters and Socket.IO clients understand, with the message beside it. */
#include "base/alloc.h"
#include "base/utf8.h"
#include "socketio/audience.h"
#include "socketio/emit.h"
#include "socketio/pack.h"
#include "base/json_scan.h"
#include "socketio/plain.h"

#include <string.h>

/* ---------------------------------------------------------------------------------------- forms */

/* What a message is made of. */
typedef struct form {
    enum { FORMAT, JANSSON, JSON_TEXT, TEXT, BINARY } kind;
    const char *data; /* or the format */
    size_t len;
    const json_t *json;
    va_list *va;
} form_t;

static int count_values(const char *format)
{
    int depth = 0, count = 0;

    for (; format && *format; format++) {
        if (strchr(" \t\n,:#%?*", *format))
            continue;
        count += !depth && *format != '+';
        count -= !depth && *format == '+'; /* goes on with the next text */
        depth += *format == '{' || *format == '[';
        depth -= *format == '}' || *format == ']';
    }
    return count;
}

static int append_format(sio__args_t *args, const form_t *form)
{
    int error = sio__args_pack(args, form->data, *form->va);

    if (error)
        return error;
    if (args->bytes_count || count_values(form->data) != 1)
        return sio__format_fail(0, "not one JSON value");
    return SIO_OK;
}

static int append_json(sio__args_t *args, const form_t *form)
{
    if (form->kind == FORMAT)
        return append_format(args, form);
    return form->json ? sio__args_append_jansson(args, form->json) : SIO_EINVAL;
}

static bool text_valid(const form_t *form)
{
    return (form->data || !form->len) &&
           (form->kind != TEXT || sio__utf8_valid(form->data, form->len));
}

/* ----------------------------------------------------------------------------------------- to one
 */

typedef struct posted_message {
    eio_task_t task;
    sio_ws_t *ws;
    eio_message_t *message;
} posted_message_t;

static void on_posted_message(eio_task_t *task)
{
    posted_message_t *posted = SIO__CONTAINER(task, posted_message_t, task);

    sio__packet_arrived(posted->ws->endpoint->server, posted->message->len);
    if (sio__socket_live(&posted->ws->socket))
        sio__send_message(&posted->ws->socket, posted->message, 0);
    eio_message_unref(posted->message);
    sio_ws_unref(posted->ws);
    sio__free(posted);
}

static int post_message(sio_ws_t *ws, bool binary, const void *data, size_t len)
{
    posted_message_t *posted = sio__malloc(sizeof(*posted));
    int error = SIO_ENOMEM;

    if (!posted)
        return error;
    posted->task.fn = on_posted_message;
    posted->ws = sio_ws_ref(ws);
    posted->message = eio_message_copy_plain(binary, data, len);
    if (posted->message)
        error = sio__post_packet(ws->endpoint->server, &posted->task, posted->message->len);
    if (error) {
        eio_message_unref(posted->message);
        sio_ws_unref(ws);
        sio__free(posted);
    }
    return error == SIO_ESTATE ? SIO_EDISCONNECTED : error;
}

static int send_bytes(sio_ws_t *ws, bool binary, const void *data, size_t len)
{
    if (!sio__socket_live(&ws->socket))
        return SIO_EDISCONNECTED;
    if (sio__on_loop(ws->endpoint->server))
        return sio__send_plain(&ws->socket, binary, data, len);
    return post_message(ws, binary, data, len);
}

static int send_json(sio_ws_t *ws, const form_t *form)
{
    sio__encoder_t encoder;
    int error;

    sio__encoder_value(&encoder, ws->endpoint->server);
    error = append_json(encoder.args, form);
    if (!error && encoder.args->json.failed)
        error = SIO_ENOMEM;
    if (!error)
        error = send_bytes(ws, false, encoder.args->json.data, encoder.args->json.len);
    sio__encoder_end(&encoder);
    return error;
}

int sio_ws_send(sio_ws_t *ws, const char *format, ...)
{
    va_list va;
    int error;

    va_start(va, format);
    error = send_json(ws, &(form_t){.kind = FORMAT, .data = format, .va = &va});
    va_end(va);
    return error;
}

int sio_ws_send_json(sio_ws_t *ws, const json_t *json)
{
    return send_json(ws, &(form_t){.kind = JANSSON, .json = json});
}

int sio_ws_send_text(sio_ws_t *ws, const char *text, size_t len)
{
    if (!text_valid(&(form_t){.kind = TEXT, .data = text, .len = len}))
        return SIO_EINVAL;
    return send_bytes(ws, false, text, len);
}

int sio_ws_send_binary(sio_ws_t *ws, const void *data, size_t len)
{
    return data || !len ? send_bytes(ws, true, data, len) : SIO_EINVAL;
}

/* ---------------------------------------------------------------------------------------- to many
 */

/* Appends the event's only argument; *plain is its JSON text in there. */
static int append_argument(sio__encoder_t *encoder, const form_t *form, sio__span_t *plain)
{
    sio__args_t *args = encoder->args;
    size_t before = args->json.len + 1; /* behind the comma */
    int error = SIO_OK;

    if (form->kind == BINARY)
        return sio__args_append_bytes(args, form->data, form->len);
    if (form->kind == TEXT || form->kind == JSON_TEXT) {
        sio__args_separate(args);
        if (form->kind == TEXT)
            sio__json_append_string(&args->json, form->data, form->len);
        else
            sio__buf_append(&args->json, form->data, form->len);
        return SIO_OK;
    }
    error = append_json(args, form);
    if (!error && args->json.len > before)
        *plain = (sio__span_t){args->json.data + before, args->json.len - before};
    return error;
}

/* The event is encoded: a bundle of it and of the message that plain WebSockets receive. */
static int new_bundle(sio__encoder_t *encoder, bool binary, sio__span_t plain, unsigned flags,
                      sio__bundle_t **bundle)
{
    eio_message_t *message = eio_message_copy_plain(binary, plain.data, plain.len);
    int error = sio__encoder_finish(encoder);

    *bundle = error || !message ? NULL : sio__bundle_new(encoder, flags);
    if (!*bundle) {
        eio_message_unref(message);
        return error ? error : SIO_ENOMEM;
    }
    message->no_compress = flags & SIO_NO_COMPRESS;
    (*bundle)->plain = message;
    return SIO_OK;
}

/* By the documented mapping. */
static int encode(sio_ws_endpoint_t *endpoint, const form_t *form, unsigned flags,
                  sio__bundle_t **bundle)
{
    sio__span_t plain = {form->data, form->len};
    sio__encoder_t encoder;
    int error = sio__encoder_event(&encoder, endpoint->nsp, "message", SIO__NO_ACK);

    if (error)
        return error;
    error = append_argument(&encoder, form, &plain);
    if (!error)
        error = new_bundle(&encoder, form->kind == BINARY, plain, flags, bundle);
    sio__encoder_end(&encoder);
    return error;
}

/* By the program's. *bundle stays NULL when that writes no event. */
static int encode_mapped(sio_ws_endpoint_t *endpoint, sio_ws_message_t *message, unsigned flags,
                         sio__bundle_t **bundle)
{
    const sio__ws_hook_t *hook = &endpoint->hooks[SIO__WS_MAP_MESSAGE];
    sio__encoder_t encoder;
    sio_ws_out_t out = {.encoder = &encoder, .nsp = endpoint->nsp};
    int error = SIO_OK;

    ((sio_ws_map_message_fn)hook->fn)(message, &out, hook->user);
    sio__ws_message_clear(message);
    if (!out.written)
        return SIO_OK;
    if (!out.failed)
        error = new_bundle(&encoder, message->binary, (sio__span_t){message->data, message->len},
                           flags, bundle);
    sio__encoder_end(&encoder);
    return out.failed ? SIO_EFORMAT : error;
}

/* The message's bytes first, for the mapping to look at. */
static int encode_for_mapping(sio_ws_endpoint_t *endpoint, const form_t *form, unsigned flags,
                              sio__bundle_t **bundle)
{
    sio_ws_message_t message = {.binary = form->kind == BINARY,
                                .data = form->data,
                                .len = form->len};
    sio__encoder_t encoder;
    int error;

    if (form->kind >= TEXT)
        return encode_mapped(endpoint, &message, flags, bundle);
    sio__encoder_value(&encoder, endpoint->server);
    error = append_json(encoder.args, form);
    message.data = encoder.args->json.data;
    message.len = encoder.args->json.len;
    if (!error)
        error = encode_mapped(endpoint, &message, flags, bundle);
    if (!error && !*bundle) /* the format's arguments have been taken */
        error =
            encode(endpoint, &(form_t){.kind = JSON_TEXT, .data = message.data, .len = message.len},
                   flags, bundle);
    sio__encoder_end(&encoder);
    return error;
}

static int broadcast(sio_ws_endpoint_t *endpoint, const sio_ws_t *sender,
                     const sio_target_t *target, const form_t *form)
{
    sio__audience_t audience = sio__audience_of(target, sender ? &sender->socket : NULL);
    sio__bundle_t *bundle = NULL;
    int error = form->kind >= TEXT && !text_valid(form) ? SIO_EINVAL : SIO_OK;

    if (!error && sio__ws_hook(endpoint, SIO__WS_MAP_MESSAGE))
        error = encode_for_mapping(endpoint, form, audience.flags, &bundle);
    if (!error && !bundle)
        error = encode(endpoint, form, audience.flags, &bundle);
    return error ? error : sio__broadcast_anywhere(endpoint->nsp, &audience, bundle);
}

int sio_ws_send_to(sio_ws_endpoint_t *endpoint, const sio_target_t *target, const char *format, ...)
{
    va_list va;
    int error;

    va_start(va, format);
    error = broadcast(endpoint, NULL, target, &(form_t){.kind = FORMAT, .data = format, .va = &va});
    va_end(va);
    return error;
}

int sio_ws_send_to_json(sio_ws_endpoint_t *endpoint, const sio_target_t *target, const json_t *json)
{
    return broadcast(endpoint, NULL, target, &(form_t){.kind = JANSSON, .json = json});
}

int sio_ws_send_to_text(sio_ws_endpoint_t *endpoint, const sio_target_t *target, const char *text,
                        size_t len)
{
    return broadcast(endpoint, NULL, target, &(form_t){.kind = TEXT, .data = text, .len = len});
}

int sio_ws_send_to_binary(sio_ws_endpoint_t *endpoint, const sio_target_t *target, const void *data,
                          size_t len)
{
    return broadcast(endpoint, NULL, target, &(form_t){.kind = BINARY, .data = data, .len = len});
}

int sio_ws_broadcast(sio_ws_t *ws, const sio_target_t *target, const char *format, ...)
{
    va_list va;
    int error;

    va_start(va, format);
    error =
        broadcast(ws->endpoint, ws, target, &(form_t){.kind = FORMAT, .data = format, .va = &va});
    va_end(va);
    return error;
}

int sio_ws_broadcast_json(sio_ws_t *ws, const sio_target_t *target, const json_t *json)
{
    return broadcast(ws->endpoint, ws, target, &(form_t){.kind = JANSSON, .json = json});
}

int sio_ws_broadcast_text(sio_ws_t *ws, const sio_target_t *target, const char *text, size_t len)
{
    return broadcast(ws->endpoint, ws, target, &(form_t){.kind = TEXT, .data = text, .len = len});
}

int sio_ws_broadcast_binary(sio_ws_t *ws, const sio_target_t *target, const void *data, size_t len)
{
    return broadcast(ws->endpoint, ws, target, &(form_t){.kind = BINARY, .data = data, .len = len});
}

/* -------------------------------------------------------------------- pings and closing, any
 * thread
 */

typedef struct posted_control {
    eio_task_t task;
    sio_ws_t *ws;
    int code; /* 0: a ping */
    size_t len;
    char data[128];
} posted_control_t;

static int control(sio_ws_t *ws, int code, const char *data, size_t len)
{
    eio_session_t *session = ws->socket.client->session;

    if (!sio__socket_live(&ws->socket))
        return SIO_EDISCONNECTED;
    if (code)
        sio__ws_close_now(ws, code, data);
    else if (!session)
        return SIO_EDISCONNECTED;
    else
        return eio_session_ping(session, data, len) ? SIO_EDISCONNECTED : SIO_OK;
    return SIO_OK;
}

static void on_posted_control(eio_task_t *task)
{
    posted_control_t *posted = SIO__CONTAINER(task, posted_control_t, task);

    control(posted->ws, posted->code, posted->data, posted->len);
    sio_ws_unref(posted->ws);
    sio__free(posted);
}

static int control_anywhere(sio_ws_t *ws, int code, const char *data, size_t len)
{
    posted_control_t *posted;

    if (sio__on_loop(ws->endpoint->server))
        return control(ws, code, data, len);
    if (!sio__socket_live(&ws->socket))
        return SIO_EDISCONNECTED;
    posted = sio__calloc(1, sizeof(*posted));
    if (!posted)
        return SIO_ENOMEM;
    posted->task.fn = on_posted_control;
    posted->ws = sio_ws_ref(ws);
    posted->code = code;
    posted->len = len;
    if (len)
        memcpy(posted->data, data, len);
    if (sio__post(ws->endpoint->server, &posted->task) == SIO_OK)
        return SIO_OK;
    sio_ws_unref(ws);
    sio__free(posted);
    return SIO_EDISCONNECTED;
}

enum { PING_MAX = 125, REASON_MAX = 123 };

int sio_ws_ping(sio_ws_t *ws, const void *data, size_t len)
{
    return len <= PING_MAX && (data || !len) ? control_anywhere(ws, 0, data, len) : SIO_EINVAL;
}

int sio_ws_close(sio_ws_t *ws, int code, const char *reason)
{
    size_t len = reason ? strlen(reason) : 0;

    if (!sio__ws_code_valid(code) || len > REASON_MAX ||
        !sio__utf8_valid(reason ? reason : "", len))
        return SIO_EINVAL;
    return control_anywhere(ws, code, reason ? reason : "", len);
}

/* What the scenario application makes itself, rather than passes on. */
#include "tests/interop/twin.h"

#include <stdlib.h>

static void on_burst(sio_socket_t *socket, sio_event_t *event, void *user)
{
    int count;

    (void)user;
    if (sio_unpack(event, "i", &count) != SIO_OK)
        return;
    for (int i = 0; i < count; i++)
        sio_emit(socket, "burst", "i", i);
}

static void on_volatile_burst(sio_socket_t *socket, sio_event_t *event, void *user)
{
    int count;

    (void)user;
    if (sio_unpack(event, "i", &count) != SIO_OK)
        return;
    for (int i = 0; i < count; i++)
        sio_emit_flags(socket, SIO_VOLATILE, "volatile", "i", i);
    sio_emit(socket, "volatile done", "");
}

static void on_compressed(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_emit_flags(socket, SIO_NO_COMPRESS, "compressed", "V", sio_event_arg(event, 0));
}

static void fill_pattern(unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        bytes[i] = (unsigned char)(i & 255);
}

static void on_bytes(sio_socket_t *socket, sio_event_t *event, void *user)
{
    int length;

    (void)user;
    if (sio_unpack(event, "i", &length) != SIO_OK)
        return;
    unsigned char *bytes = malloc((size_t)length + 1);
    if (bytes == NULL)
        return;
    fill_pattern(bytes, (size_t)length);
    sio_emit(socket, "bytes", "B", bytes, (size_t)length);
    free(bytes);
}

static void on_nested_bytes(sio_socket_t *socket, sio_event_t *event, void *user)
{
    unsigned char bytes[3];

    (void)event;
    (void)user;
    fill_pattern(bytes, sizeof(bytes));
    sio_emit(socket, "nested", "{s:[B, {s:B}], s:i}, s, B, [[B]]", "a", bytes, (size_t)1, "b",
             bytes, (size_t)2, "c", 1, "text", bytes, (size_t)0, bytes, (size_t)3);
}

static void on_kinds(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)event;
    (void)user;
    sio_emit(socket, "kinds", "");
    sio_emit(socket, "kinds", "iiiiiI", 0, 1, -1, 2147483647, -2147483647 - 1,
             (json_int_t)9007199254740991);
    sio_emit(socket, "kinds", "ffffffffff", 0.5, 0.1, -1.25, 1e21, 1e-7, 1.0 / 3, 5e-324,
             1.7976931348623157e308, 100.0, -0.0);
    sio_emit(socket, "kinds", "bbn", 1, 0);
    sio_emit(socket, "kinds", "sss", "", "plain",
             "quote \" back \\ slash / tab \t nl \n cr \r bs \b ff \f");
    sio_emit(socket, "kinds", "s", "\x01\x1f\x7f");
    sio_emit(socket, "kinds", "s", "é € 😀 \xe2\x80\xa8 \xe2\x80\xa9");
    sio_emit(socket, "kinds", "[], {}, [[]], {s:{}}, [i, [i, [i]]], {s:i, s:[b, n]}", "a", 1, 2, 3,
             "b", 1, "a", 1);
}

void twin_install_emitting_events(sio_namespace_t *nsp)
{
    sio_namespace_on(nsp, "burst", on_burst, NULL);
    sio_namespace_on(nsp, "volatile burst", on_volatile_burst, NULL);
    sio_namespace_on(nsp, "compressed", on_compressed, NULL);
    sio_namespace_on(nsp, "bytes", on_bytes, NULL);
    sio_namespace_on(nsp, "nested bytes", on_nested_bytes, NULL);
    sio_namespace_on(nsp, "kinds", on_kinds, NULL);
}

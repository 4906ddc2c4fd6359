/*
 * How packets become Engine.IO messages and messages become packets. The default parser is no
 * struct: its text is what packets are made of throughout the library (packet.h, args.h). Another
 * one turns each packet into a single message of its own form, and back, at the edge: for client.c
 * when something comes in, for encoder.c when something goes out.
 */
#ifndef SIO_PARSER_H
#define SIO_PARSER_H

#include "base/buf.h"
#include "base/args.h"
#include "socketio/packet.h"
#include "socketio/socketio.h"

struct sio_parser {
    bool binary; /* what its messages are */

    /*
     * One message to a packet: the JSON that the packet's data spans goes to `args`, and its
     * attachments. What only looks like a placeholder is noted there, for sio__args_finish().
     * The name of the namespace may be a part of the message. 0, or -1 with a static English
     * reason in *error. Its caller checks the JSON.
     */
    int (*decode)(const char *message, size_t len, unsigned max_depth, sio__packet_t *packet,
                  sio__args_t *args, const char **error);

    /* Appends the message that a packet becomes; its data is valid JSON. 0, SIO_ENOMEM,
     * SIO_EINVAL. Any thread. */
    int (*encode)(const sio__packet_t *packet, sio__attachments_t attachments, sio__buf_t *out);
};

/* The message of a packet that the default parser has written. 0, SIO_ENOMEM, SIO_EINVAL. */
int sio__parser_encode(const sio_parser_t *parser, sio__span_t text, sio__attachments_t attachments,
                       sio__buf_t *out);

/* decode() and all the checks that don't depend on the parser. `args` is initialised, and the
 * caller's to free in any case. */
int sio__parser_decode(const sio_parser_t *parser, bool binary, sio__span_t message,
                       unsigned max_depth, sio__packet_t *packet, sio__args_t *args,
                       const char **error);

#endif

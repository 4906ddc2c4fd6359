/*
 * How packets become Engine.IO messages and messages become packets. The default parser is no
 * struct: its text is what packets are made of throughout the library (packet.h, args.h). Another
 * one turns each packet into messages of its own form, and back, at the edge: for client.c when
 * something comes in, for encoder.c when something goes out.
 */
#ifndef SIO_PARSER_H
#define SIO_PARSER_H

#include "base/args.h"
#include "base/buf.h"
#include "socketio/messages.h"
#include "socketio/packet.h"
#include "socketio/socketio.h"

struct sio_parser {
    /* One of the program's own: its functions, and none of the others. */
    sio_parser_functions_t *own;

    bool binary; /* what the messages are, one for each packet */

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

/* Adds the messages that a packet becomes. 0, SIO_ENOMEM, SIO_EINVAL, or what the program's own
 * parser says. Any thread. */
int sio__parser_write(const sio_parser_t *parser, const sio__packet_t *packet,
                      sio__attachments_t attachments, sio_messages_t *out);

/* The same for a packet that the default parser has written. */
int sio__parser_encode(const sio_parser_t *parser, sio__span_t text, sio__attachments_t attachments,
                       sio_messages_t *out);

/*
 * decode() and all the checks that don't depend on the parser. 0; -1 with a reason in *error; 1:
 * the packet isn't complete. `args` is initialised, and the caller's to free in any case;
 * `decoder` is a client's, of a program's own parser.
 */
int sio__parser_decode(const sio_parser_t *parser, void *decoder, bool binary, sio__span_t message,
                       unsigned max_depth, sio__packet_t *packet, sio__args_t *args,
                       const char **error);

/* What a program's own parser wants to keep for a client. False: there is none for it. */
bool sio__parser_decoder_new(const sio_parser_t *parser, void **decoder);
void sio__parser_decoder_free(const sio_parser_t *parser, void *decoder);

#endif

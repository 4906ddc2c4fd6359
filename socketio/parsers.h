/*
 * The part of socketio.h that is about parsers; programs include that one. The words are the same.
 */
#ifndef SOCKETIO_PARSERS_H
#define SOCKETIO_PARSERS_H

#include <socketio/socketio.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * MessagePack, as npm's socket.io-msgpack-parser: each packet is one binary message, attachments included (max_attachments doesn't
 * apply). Programs notice nothing of it: what handlers get is what JSON.stringify would make of it: dates as ISO texts, undefined as null in
 * arrays and left out of objects, NaN as null; typed arrays are bytes. Static. Any thread. upstream: require("socket.io-msgpack-parser")
 */
SIO_API const sio_parser_t *sio_msgpack_parser(void);

enum sio_packet_type {
    SIO_PACKET_CONNECT = 0,   /* data: an object, or none */
    SIO_PACKET_DISCONNECT,    /* no data */
    SIO_PACKET_EVENT,         /* data: an array, the event's name first */
    SIO_PACKET_ACK,           /* data: an array */
    SIO_PACKET_CONNECT_ERROR  /* data: an object */
};

typedef struct sio_bytes {
    const void *data;
    size_t len;
} sio_bytes_t;

/* A packet between parser and library. upstream: { type, nsp, id, data }, but that data is JSON text with its bytes beside it */
typedef struct sio_packet {
    size_t size;
    enum sio_packet_type type;
    const char *nsp; /* not NUL-terminated; UTF-8 */
    size_t nsp_len;
    bool has_id; /* an acknowledgement is asked for, or this is one */
    double id;   /* a whole number */
    const char *data; /* JSON text, not NUL-terminated; {"_placeholder":true,"num":n} in it stands for the attachment n */
    size_t data_len;  /* 0: none */
    const sio_bytes_t *attachments; /* of events and acknowledgements */
    size_t attachment_count;
} sio_packet_t;

/* Where an encoder writes to. */
typedef struct sio_messages sio_messages_t;

/* One more Engine.IO message of the packet; the data is copied, text must be UTF-8. SIO_EINVAL, SIO_ENOMEM. */
SIO_API int sio_messages_add(sio_messages_t *messages, bool binary, const void *data, size_t len);

/*
 * A parser of the program's own. What it decodes is checked as if it were text of the default one; a client that sends what isn't a packet
 * is closed ("forced close", the reason in the detail).
 */
typedef struct sio_parser_functions {
    size_t size;

    /* Writes the messages of a packet, at least one, in order. 0, or an error, which the emit answers. Any thread.
       upstream: Encoder.encode() */
    int (*encode)(const sio_packet_t *packet, sio_messages_t *messages, void *user);

    /*
     * A message has come. 1: with it, *packet (zeroed before) is complete; what it points to is the decoder's (or the message's) and must stay
     * until the handlers have been called, which is before the next call. 0: there are more to come. Negative: it is none, *error says
     * why, a static text. upstream: Decoder.add()
     */
    int (*decode)(void *decoder, bool binary, const void *data, size_t len, sio_packet_t *packet, const char **error);

    /* What decode() needs to know of a client between messages: made when it connects (NULL: it is closed), freed when it has gone.
       Without them `decoder` is `user`. upstream: new Decoder(), Decoder.destroy() */
    void *(*decoder_new)(void *user);
    void (*decoder_free)(void *decoder, void *user);

    void *user;
} sio_parser_functions_t;

#define SIO_PARSER(...) (&(const sio_parser_functions_t){.size = sizeof(sio_parser_functions_t), __VA_ARGS__})

/* New (sio_parser_free, after the servers that use it); NULL: no memory, or encode or decode is missing. Any thread. upstream: the option
   parser: { Encoder, Decoder } */
SIO_API sio_parser_t *sio_parser_new(const sio_parser_functions_t *functions);

/* NULL is allowed. Any thread. */
SIO_API void sio_parser_free(sio_parser_t *parser);

#ifdef __cplusplus
}
#endif

#endif

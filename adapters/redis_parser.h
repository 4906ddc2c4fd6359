/* The program's own parser, where upstream has options.parser, as encoders and decoders see it. */
#ifndef SIO_REDIS_PARSER_H
#define SIO_REDIS_PARSER_H

#include "adapters/classic_message.h"

#include <socketio/redis.h>

/* `parser` outlives it. */
sio__classic_parser_t sio__redis_codec(const sio_redis_parser_t *parser);

#endif

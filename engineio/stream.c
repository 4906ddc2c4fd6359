#include "engineio/stream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

void eio_stream_set_address(eio_stream_t *stream, const struct sockaddr *peer)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    stream->family = (uint8_t)peer->sa_family;
    if (peer->sa_family == AF_INET) {
        memcpy(&v4, peer, sizeof(v4));
        memcpy(stream->address, &v4.sin_addr, 4);
    } else if (peer->sa_family == AF_INET6) {
        memcpy(&v6, peer, sizeof(v6));
        memcpy(stream->address, &v6.sin6_addr, 16);
    }
}

void eio_stream_address(const eio_stream_t *stream, char out[46])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    out[0] = '\0';
    if (stream->family == AF_INET) {
        inet_ntop(AF_INET, stream->address, out, 46);
    } else if (stream->family == AF_INET6 && memcmp(stream->address, mapped, sizeof(mapped)) == 0) {
        memcpy(out, "::ffff:", 7);
        inet_ntop(AF_INET, stream->address + 12, out + 7, 46 - 7);
    } else if (stream->family == AF_INET6) {
        inet_ntop(AF_INET6, stream->address, out, 46);
    }
}

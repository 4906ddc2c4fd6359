/* One Engine.IO packet of protocol 3. Called by both transports; see packet_v3.h. */
#include "engineio/packet_v3.h"

#include "base/base64.h"

/* An unknown type is ignored, as a noop is. */
static void set_binary(eio_packet_t *packet, int type, const char *data, size_t len)
{
    bool known = type >= EIO_PACKET_OPEN && type <= EIO_PACKET_NOOP;

    packet->type = known ? (eio_packet_type_t)type : EIO_PACKET_NOOP;
    packet->binary = true;
    packet->data = (sio__span_t){data, len};
}

int eio_packet_v3_decode_text(char *text, size_t len, eio_packet_t *packet)
{
    if (len == 0 || text[0] != 'b')
        return eio_packet_decode_text(text, len, packet);
    if (len == 1)
        set_binary(packet, -1, text, 0);
    else
        set_binary(packet, text[1] - '0', text + 2,
                   sio__base64_decode(text + 2, len - 2, text + 2));
    return 0;
}

void eio_packet_v3_decode_binary(const char *data, size_t len, eio_packet_t *packet)
{
    if (len == 0)
        set_binary(packet, -1, data, 0);
    else
        set_binary(packet, data[0], data + 1, len - 1);
}

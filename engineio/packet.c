/* One Engine.IO packet in its text form. Called by both transports; see packet.h. */
#include "engineio/packet.h"

#include "base/base64.h"

int eio_packet_decode_text(char *text, size_t len, eio_packet_t *packet)
{
    if (len == 0)
        return -1;
    if (text[0] >= '0' && text[0] <= '6') {
        packet->type = (eio_packet_type_t)(text[0] - '0');
        packet->binary = false;
        packet->data = (sio__span_t){text + 1, len - 1};
        return 0;
    }
    if (text[0] != 'b')
        return -1;
    packet->type = EIO_PACKET_MESSAGE;
    packet->binary = true;
    packet->data = (sio__span_t){text + 1, sio__base64_decode(text + 1, len - 1, text + 1)};
    return 0;
}

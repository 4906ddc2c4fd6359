/* The characters of text.h. */

#include "text.h"

uint32_t text_next(const char **text, size_t *len)
{
    unsigned char lead = (unsigned char)**text;
    size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    uint32_t c = size == 1 ? lead : lead & (0x7fu >> size);

    if (size > *len)
        size = *len;
    for (size_t i = 1; i < size; i++)
        c = c << 6 | ((unsigned char)(*text)[i] & 0x3fu);
    *text += size;
    *len -= size;
    return c;
}

bool text_is_invisible(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x0000, 0x001f}, {0x007f, 0x009f},   {0x00ad, 0x00ad},    {0x034f, 0x034f},
        {0x061c, 0x061c}, {0x115f, 0x1160},   {0x17b4, 0x17b5},    {0x180b, 0x180f},
        {0x200b, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x206f},    {0x3164, 0x3164},
        {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},   {0xffa0, 0xffa0},    {0xfff0, 0xfffb},
        {0xe000, 0xf8ff}, {0xe0000, 0xe0fff}, {0xf0000, 0x10ffff},
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

bool text_is_wide_space(uint32_t c)
{
    return c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f ||
           c == 0x3000;
}

bool text_is_name(const char *text, size_t len, size_t max)
{
    size_t count = 0;
    uint32_t before = ' '; /* no blank at the start, none after another */

    while (len > 0) {
        uint32_t c = text_next(&text, &len);
        if (++count > max || text_is_invisible(c) || text_is_wide_space(c) ||
            (c == ' ' && before == ' '))
            return false;
        before = c;
    }
    return before != ' ';
}

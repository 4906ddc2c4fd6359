/* The checks of rules.h. Texts are UTF-8 that the JSON decoder has validated; they may contain NUL.
 */

#include "rules.h"

#include <stdint.h>
#include <string.h>

/* Takes one character off the front. */
static uint32_t next_char(const char **text, size_t *len)
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

/* Characters that show nothing or turn the text around: with them "Ann" could be told apart from
 * "Ann" by nobody. */
static bool is_invisible(uint32_t c)
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

static bool is_wide_space(uint32_t c)
{
    return c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f ||
           c == 0x3000;
}

bool nick_is_valid(const char *text, size_t len)
{
    size_t count = 0;
    uint32_t before = ' '; /* no blank at the start, none after another */

    while (len > 0) {
        uint32_t c = next_char(&text, &len);
        if (++count > NICK_MAX || is_invisible(c) || is_wide_space(c) ||
            (c == ' ' && before == ' '))
            return false;
        before = c;
    }
    return before != ' ';
}

static bool is_room_char(uint32_t c)
{
    if (c >= 0x80)
        return !is_invisible(c) && !is_wide_space(c);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool room_name_is_valid(const char *text, size_t len)
{
    size_t count = 0;

    while (len > 0)
        if (++count > ROOM_MAX || !is_room_char(next_char(&text, &len)))
            return false;
    return count > 0;
}

bool message_is_valid(const char *text, size_t len)
{
    size_t count = 0;
    bool blank = true;

    while (len > 0) {
        uint32_t c = next_char(&text, &len);
        if (++count > TEXT_MAX || (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            return false;
        blank =
            blank && (c == ' ' || c == '\n' || c == '\t' || is_wide_space(c) || is_invisible(c));
    }
    return !blank;
}

/* The checks of rules.h. */

#include "rules.h"

#include "examples/common/text.h"

bool nick_is_valid(const char *text, size_t len)
{
    return text_is_name(text, len, NICK_MAX);
}

static bool is_room_char(uint32_t c)
{
    if (c >= 0x80)
        return !text_is_invisible(c) && !text_is_wide_space(c);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool room_name_is_valid(const char *text, size_t len)
{
    size_t count = 0;

    while (len > 0)
        if (++count > ROOM_MAX || !is_room_char(text_next(&text, &len)))
            return false;
    return count > 0;
}

bool message_is_valid(const char *text, size_t len)
{
    size_t count = 0;
    bool blank = true;

    while (len > 0) {
        uint32_t c = text_next(&text, &len);
        if (++count > TEXT_MAX || (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            return false;
        blank = blank && (c == ' ' || c == '\n' || c == '\t' || text_is_wide_space(c) ||
                          text_is_invisible(c));
    }
    return !blank;
}

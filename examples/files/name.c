/* The names of name.h. */

#include "name.h"

#include "examples/common/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ENDING_MAX 12 /* characters of ".tar.zst" and the like that survive shortening */

/* Both kinds of slash: who knows where a path comes from. */
static void last_part(const char **name, size_t *len)
{
    for (size_t i = *len; i > 0; i--) {
        if ((*name)[i - 1] != '/' && (*name)[i - 1] != '\\')
            continue;
        *name += i;
        *len -= i;
        return;
    }
}

static bool is_wanted(uint32_t c)
{
    return c >= 0x20 && !text_is_invisible(c);
}

static bool is_special(uint32_t c)
{
    return c < 0x80 && strchr("<>:\"|?*", (int)c) != NULL;
}

static size_t count_chars(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static char *skip_chars(char *text, size_t count)
{
    size_t len = strlen(text);
    const char *at = text;

    while (count-- > 0 && len > 0)
        text_next(&at, &len);
    return text + (at - text);
}

/* Takes characters out of the middle, in front of the ending. */
static void shorten(char *name)
{
    size_t count = count_chars(name);
    char *ending = strrchr(name, '.');
    size_t kept = ending ? count_chars(ending) : 0;

    if (count <= FILE_NAME_MAX)
        return;
    if (kept > ENDING_MAX)
        kept = 0;
    if (kept == 0)
        ending = name + strlen(name);
    memmove(skip_chars(name, FILE_NAME_MAX - kept), ending, strlen(ending) + 1);
}

/* Names that Windows takes for devices. */
static bool is_device(const char *name)
{
    static const char *const names[] = {"con", "prn", "aux", "nul", "com", "lpt"};
    size_t len = strcspn(name, ".");

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        bool numbered = i >= 4 && len == 4 && name[3] >= '0' && name[3] <= '9';
        if (strncasecmp(name, names[i], 3) == 0 && (numbered || (i < 4 && len == 3)))
            return true;
    }
    return false;
}

static size_t copy_clean(char *to, size_t size, const char *name, size_t len)
{
    size_t used = 0;

    while (len > 0) {
        const char *start = name;
        uint32_t c = text_next(&name, &len);
        size_t bytes = (size_t)(name - start);

        if (!is_wanted(c) || (used == 0 && (c == '.' || c == ' ')))
            continue;
        if (used + bytes >= size)
            break;
        memcpy(to + used, start, bytes);
        if (is_special(c))
            to[used] = '_';
        used += bytes;
    }
    while (used > 0 && (to[used - 1] == ' ' || to[used - 1] == '.'))
        used--;
    to[used] = '\0';
    return used;
}

void name_clean(char clean[FILE_NAME_SIZE], const char *name, size_t len)
{
    char whole[4096]; /* longer than any file system allows */

    last_part(&name, &len);
    if (copy_clean(whole, sizeof(whole) - 1, name, len) == 0) {
        snprintf(clean, FILE_NAME_SIZE, "file");
        return;
    }
    if (is_device(whole)) {
        memmove(whole + 1, whole, strlen(whole) + 1);
        whole[0] = '_';
    }
    shorten(whole);
    memcpy(clean, whole, strlen(whole) + 1);
}

static size_t token_len(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&^_.+-");
}

void type_clean(char clean[FILE_TYPE_SIZE], const char *type, size_t len)
{
    size_t kind = token_len(type);
    bool valid = len < FILE_TYPE_SIZE && len == strlen(type) && kind > 0 && type[kind] == '/' &&
                 kind + 1 + token_len(type + kind + 1) == len && kind + 1 < len;

    snprintf(clean, FILE_TYPE_SIZE, "%s", valid ? type : "application/octet-stream");
}

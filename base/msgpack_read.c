/* MessagePack, item by item: every length is checked against what is there. */
#include "base/msgpack.h"

enum { NIL = 0xc0, FALSE = 0xc2, TRUE = 0xc3, LAST_FIXSTR = 0xbf, FIRST_NEGATIVE = 0xe0 };

typedef struct reader {
    const uint8_t *at, *end;
} reader_t;

static bool take_uint(reader_t *reader, size_t size, uint64_t *number)
{
    if ((size_t)(reader->end - reader->at) < size)
        return false;
    *number = 0;
    for (size_t i = 0; i < size; i++)
        *number = *number << 8 | *reader->at++;
    return true;
}

static bool take_bytes(reader_t *reader, uint64_t len, sio__span_t *bytes)
{
    if ((uint64_t)(reader->end - reader->at) < len)
        return false;
    *bytes = (sio__span_t){(const char *)reader->at, (size_t)len};
    reader->at += len;
    return true;
}

/* A length of `size` bytes, then so many bytes. */
static bool take_counted(reader_t *reader, size_t size, sio__msgpack_item_t *item,
                         sio__msgpack_kind_t kind)
{
    uint64_t len;

    item->kind = kind;
    return take_uint(reader, size, &len) && take_bytes(reader, len, &item->bytes);
}

static bool take_container(reader_t *reader, size_t size, sio__msgpack_item_t *item,
                           sio__msgpack_kind_t kind)
{
    item->kind = kind;
    return take_uint(reader, size, &item->integer);
}

static bool take_float(reader_t *reader, bool wide, sio__msgpack_item_t *item)
{
    uint64_t bits;
    uint32_t half;
    float single;

    item->kind = SIO__MSGPACK_DOUBLE;
    if (!take_uint(reader, wide ? 8 : 4, &bits))
        return false;
    if (wide) {
        memcpy(&item->real, &bits, sizeof(item->real));
    } else {
        half = (uint32_t)bits;
        memcpy(&single, &half, sizeof(single));
        item->real = single;
    }
    return true;
}

static bool take_unsigned(reader_t *reader, size_t size, sio__msgpack_item_t *item)
{
    item->kind = SIO__MSGPACK_UINT;
    return take_uint(reader, size, &item->integer);
}

static bool take_signed(reader_t *reader, size_t size, sio__msgpack_item_t *item)
{
    if (!take_unsigned(reader, size, item))
        return false;
    /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): sizes are 1 to 8. */
    if (item->integer >> (8 * size - 1) & 1) {
        item->kind = SIO__MSGPACK_INT;
        item->integer = size == 8 ? 0 - item->integer : (UINT64_C(1) << 8 * size) - item->integer;
    }
    return true;
}

/* The type, then the bytes. notepack gives type 0 three meanings, by the form it comes in. */
static bool take_ext(reader_t *reader, uint64_t len, sio__msgpack_item_t *item,
                     sio__msgpack_kind_t if_zero)
{
    uint64_t type;

    if (!take_uint(reader, 1, &type) || !take_bytes(reader, len, &item->bytes))
        return false;
    item->ext_type = type < 0x80 ? (int)type : (int)type - 0x100;
    item->kind = type ? SIO__MSGPACK_EXT : if_zero;
    return true;
}

static bool take_counted_ext(reader_t *reader, size_t size, sio__msgpack_item_t *item)
{
    uint64_t len;

    return take_uint(reader, size, &len) && take_ext(reader, len, item, SIO__MSGPACK_ARRAY_BUFFER);
}

static bool take_date(reader_t *reader, sio__msgpack_item_t *item)
{
    reader_t bytes;
    sio__msgpack_item_t time;

    if (!take_ext(reader, 8, item, SIO__MSGPACK_DATE))
        return false;
    bytes = (reader_t){(const uint8_t *)item->bytes.data, reader->end};
    if (item->kind == SIO__MSGPACK_DATE && take_signed(&bytes, 8, &time))
        item->real = time.kind == SIO__MSGPACK_INT ? -(double)time.integer : (double)time.integer;
    return true;
}

static bool take_fixext(reader_t *reader, uint8_t prefix, sio__msgpack_item_t *item)
{
    if (prefix == 0xd7)
        return take_date(reader, item);
    return take_ext(reader, UINT64_C(1) << (prefix - 0xd4), item,
                    prefix == 0xd4 ? SIO__MSGPACK_UNDEFINED : SIO__MSGPACK_EXT);
}

static bool take_word(uint8_t prefix, sio__msgpack_item_t *item)
{
    item->kind = prefix == NIL     ? SIO__MSGPACK_NIL
                 : prefix == FALSE ? SIO__MSGPACK_FALSE
                                   : SIO__MSGPACK_TRUE;
    return prefix != 0xc1; /* never used */
}

/* 0xc0 to 0xdf: families of two, three or four sizes. */
static bool take_prefixed(reader_t *reader, uint8_t prefix, sio__msgpack_item_t *item)
{
    if (prefix <= TRUE)
        return take_word(prefix, item);
    if (prefix <= 0xc6)
        return take_counted(reader, (size_t)1 << (prefix - 0xc4), item, SIO__MSGPACK_BIN);
    if (prefix <= 0xc9)
        return take_counted_ext(reader, (size_t)1 << (prefix - 0xc7), item);
    if (prefix <= 0xcb)
        return take_float(reader, prefix == 0xcb, item);
    if (prefix <= 0xcf)
        return take_unsigned(reader, (size_t)1 << (prefix - 0xcc), item);
    if (prefix <= 0xd3)
        return take_signed(reader, (size_t)1 << (prefix - 0xd0), item);
    if (prefix <= 0xd8)
        return take_fixext(reader, prefix, item);
    if (prefix <= 0xdb)
        return take_counted(reader, (size_t)1 << (prefix - 0xd9), item, SIO__MSGPACK_STR);
    if (prefix <= 0xdd)
        return take_container(reader, prefix == 0xdc ? 2 : 4, item, SIO__MSGPACK_ARRAY);
    return take_container(reader, prefix == 0xde ? 2 : 4, item, SIO__MSGPACK_MAP);
}

/* The number is part of the prefix. */
static bool take_small(reader_t *reader, uint8_t prefix, sio__msgpack_item_t *item)
{
    if (prefix >= FIRST_NEGATIVE) {
        item->kind = SIO__MSGPACK_INT;
        item->integer = 0x100u - prefix;
    } else if (prefix < 0x80) {
        item->kind = SIO__MSGPACK_UINT;
        item->integer = prefix;
    } else if (prefix < 0xa0) {
        item->kind = prefix < 0x90 ? SIO__MSGPACK_MAP : SIO__MSGPACK_ARRAY;
        item->integer = prefix & 0x0f;
    } else {
        item->kind = SIO__MSGPACK_STR;
        return take_bytes(reader, prefix & 0x1f, &item->bytes);
    }
    return true;
}

const char *sio__msgpack_read(const char *at, const char *end, sio__msgpack_item_t *item)
{
    reader_t reader = {(const uint8_t *)at, (const uint8_t *)end};
    uint8_t prefix;
    bool ok;

    if (at == end)
        return NULL;
    prefix = *reader.at++;
    ok = prefix <= LAST_FIXSTR || prefix >= FIRST_NEGATIVE ? take_small(&reader, prefix, item)
                                                           : take_prefixed(&reader, prefix, item);
    return ok ? (const char *)reader.at : NULL;
}

const char *sio__msgpack_skip(const char *at, const char *end)
{
    sio__msgpack_item_t item;

    for (uint64_t left = 1; left; left--) {
        /* Each is a byte at least, which also keeps the sum from overflowing. */
        if (left > (uint64_t)(end - at))
            return NULL;
        at = sio__msgpack_read(at, end, &item);
        if (!at)
            return NULL;
        if (item.kind == SIO__MSGPACK_ARRAY)
            left += item.integer;
        else if (item.kind == SIO__MSGPACK_MAP)
            left += 2 * item.integer;
    }
    return at;
}

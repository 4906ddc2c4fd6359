/* What a nickname, a room name and a message may look like. Everything that comes from the network
 * passes here first. */
#ifndef CHAT_RULES_H
#define CHAT_RULES_H

#include <stdbool.h>
#include <stddef.h>

/* In characters (Unicode code points); the page is told these in the answer to "hello". */
#define NICK_MAX 24
#define ROOM_MAX 32
#define TEXT_MAX 2000

/* In bytes: four per character in UTF-8, and the NUL. */
#define NICK_SIZE  (4 * NICK_MAX + 1)
#define ROOM_SIZE  (4 * ROOM_MAX + 1)
#define TOKEN_SIZE 65
#define KEY_SIZE   65

bool nick_is_valid(const char *text, size_t len);
bool room_name_is_valid(const char *text, size_t len);
bool message_is_valid(const char *text, size_t len);

#endif

/* The people of person.h. */

#include "person.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BURST        20.0 /* more than a reconnecting page needs to be back in all its rooms */
#define NOTICE_BURST 5.0
#define PER_SECOND   2.0

struct person *people_find(const struct people *people, const char *nick)
{
    struct person *person = people->first;

    while (person && strcasecmp(person->nick, nick) != 0)
        person = person->next;
    return person;
}

struct person *people_add(struct people *people, sio_socket_t *socket, const char *nick,
                          const char *token)
{
    struct person *person = calloc(1, sizeof(*person));

    if (!person)
        return NULL;
    snprintf(person->nick, sizeof(person->nick), "%s", nick);
    snprintf(person->token, sizeof(person->token), "%s", token);
    person->socket = sio_socket_ref(socket);
    person->requests = allowance_of(BURST, PER_SECOND);
    person->notices = allowance_of(NOTICE_BURST, PER_SECOND);
    person->next = people->first;
    people->first = person;
    people->count++;
    return person;
}

void people_remove(struct people *people, struct person *person)
{
    struct person **link = &people->first;

    while (*link != person)
        link = &(*link)->next;
    *link = person->next;
    people->count--;
    sio_socket_unref(person->socket);
    free(person);
}

bool person_is(const struct person *person, const char *token)
{
    return token[0] != '\0' && strcmp(person->token, token) == 0;
}

bool person_may_act(struct person *person)
{
    return allowance_take(&person->requests);
}

bool person_may_notify(struct person *person)
{
    return allowance_take(&person->notices);
}

/* Where tokens come from. Here a name is enough for one; a product has its
 * sign-in in this place, and asks for a password. */

#include "events.h"

#include "notify.h"

#include "examples/common/reply.h"

#include <stdlib.h>

/* sign-in { name } */
static void on_sign_in(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const struct service *service = user;
    const char *name;
    char *token;
    size_t len;

    (void)socket;
    if (sio_unpack(event, "{s:s%}", "name", &name, &len) != 0 || !is_name(name, len)) {
        refuse(event, "invalid", "A name has up to 32 of a to z, 0 to 9, - and _.");
        return;
    }
    token = token_make(service->secret, name, service->token_seconds);
    if (token)
        sio_ack(event, "{s:b,s:s}", "ok", 1, "token", token);
    else
        refuse_memory(event);
    free(token);
}

int accounts_init(struct service *service, sio_server_t *io)
{
    sio_namespace_t *nsp = sio_of(io, "/accounts");

    return nsp ? sio_namespace_on(nsp, "sign-in", on_sign_in, service) : SIO_ENOMEM;
}

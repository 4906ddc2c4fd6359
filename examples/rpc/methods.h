/* What can be called. Knows nothing of how a call came. */
#ifndef RPC_METHODS_H
#define RPC_METHODS_H

#include "call.h"

/* Runs a method; the answer may come later. `params` is borrowed and may be NULL. */
void methods_run(struct call *call, const char *method, json_t *params);

#endif

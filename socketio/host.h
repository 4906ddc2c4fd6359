/* A namespace as its adapter sees it. */
#ifndef SIO_HOST_H
#define SIO_HOST_H

#include "adapters/adapter.h"

extern const sio__adapter_host_ops_t sio__adapter_host_ops;

#endif

/* What fallible functions below socketio/ answer; as the public header numbers them. */
#ifndef SIO_BASE_ERROR_H
#define SIO_BASE_ERROR_H

enum {
    SIO__OK = 0,
    SIO__EINVAL = -1,
    SIO__ENOMEM = -2,
    SIO__EJSON = -14,
};

#endif

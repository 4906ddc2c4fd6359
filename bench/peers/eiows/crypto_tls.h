/* Stands in for a header of Node's own sources that eiows includes for TLS connections, which are
 * not measured: its build would clone those sources. */
#pragma once

#define ASSIGN_OR_RETURN_UNWRAP(to, object) \
    do {                                    \
        *(to) = nullptr;                    \
        (void)(object);                     \
        return;                             \
    } while (0)

namespace node
{
class BaseObject
{
};

namespace crypto
{
class TLSWrap : public BaseObject
{
  public:
    struct Pointer {
        SSL *get() const
        {
            return nullptr;
        }
    };

    const Pointer *getSSL() const
    {
        return nullptr;
    }
};
} // namespace crypto
} // namespace node

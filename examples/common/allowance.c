/* The allowance of allowance.h: a token bucket. */

#include "allowance.h"

#include "clock.h"

struct allowance allowance_of(double burst, double per_second)
{
    return (struct allowance){burst, burst, per_second, steady_ms()};
}

bool allowance_take(struct allowance *allowance)
{
    int64_t now = steady_ms();

    allowance->left += (double)(now - allowance->refilled_ms) / 1000 * allowance->per_second;
    allowance->refilled_ms = now;
    if (allowance->left > allowance->burst)
        allowance->left = allowance->burst;
    if (allowance->left < 1)
        return false;
    allowance->left -= 1;
    return true;
}

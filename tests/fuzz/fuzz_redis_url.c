/* URLs of Redis servers: what is taken has a host and a port, or a path. */
#include "tests/fuzz/fuzz.h"

#include "adapters/redis_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    sio__redis_url_t url;

    REQUIRE(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    if (sio__redis_url_parse(&url, text) == SIO_OK) {
        REQUIRE((url.address.host != NULL) != (url.address.path != NULL));
        REQUIRE(!url.address.host || (strlen(url.address.host) > 0 && url.address.port > 0));
        REQUIRE(!url.address.path || url.address.path[0] == '/');
        REQUIRE(url.database >= 0);
        sio__redis_url_free(&url);
    }
    free(text);
    return 0;
}

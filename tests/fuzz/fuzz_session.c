/* Sessions as Redis keeps them: what decodes can be saved and decoded again. */
#include "tests/fuzz/fuzz.h"

#include "adapters/session_codec.h"

enum { MAX_DEPTH = 100 };

static size_t count_rooms(const sio__saved_session_t *saved)
{
    size_t count = 0;

    while (saved->session.rooms[count])
        count++;
    return count;
}

static void save_again(const sio__saved_session_t *saved)
{
    sio__buf_t text = SIO__BUF_INIT;
    sio__saved_session_t again;

    if (sio__session_encode(&saved->session, &text) == 0) {
        REQUIRE(sio__session_decode((sio__span_t){text.data, text.len}, MAX_DEPTH + 1, &again));
        REQUIRE(strcmp(again.session.sid, saved->session.sid) == 0);
        REQUIRE(strcmp(again.session.pid, saved->session.pid) == 0);
        REQUIRE(count_rooms(&again) == count_rooms(saved));
        sio__session_free(&again);
    }
    sio__buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = exact_copy(data, size);
    sio__saved_session_t saved;

    if (sio__session_decode((sio__span_t){text, size}, MAX_DEPTH, &saved)) {
        save_again(&saved);
        sio__session_free(&saved);
    }
    free(text);
    return 0;
}
